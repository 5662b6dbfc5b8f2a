import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** NMR for a chain without one. Parameter `holder`: receives the whole supply; it is part of the token's address. */
export default buildModule("Numeraire", (m) => ({ token: m.contract("Numeraire", [m.getParameter("holder")]) }));
