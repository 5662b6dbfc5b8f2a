import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/**
 * `Numeraire` and the staking contract over it, for any chain but mainnet.
 * Parameter `holder`: receives the whole supply; the deployer, unless it is given.
 */
export default buildModule("NumeraireStaking", (m) => {
  const token = m.contract("Numeraire", [m.getParameter("holder", m.getAccount(0))]);
  const staking = m.contract("NumeraireStaking", [token]);
  return { token, staking };
});
