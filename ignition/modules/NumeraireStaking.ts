import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The staking contract. Parameter `token`: NMR of the chain, where it stands already; it is part of the contract's address. */
export default buildModule("NumeraireStaking", (m) => ({
  staking: m.contract("NumeraireStaking", [m.getParameter("token")]),
}));
