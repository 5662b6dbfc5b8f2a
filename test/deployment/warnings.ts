import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";
import { contractsFor } from "../../scripts/deploy/apply.ts";
import { loadParameters, type Parameters, type TournamentPlan } from "../../scripts/deploy/parameters.ts";
import { rehearse } from "../../scripts/deploy/rehearsal.ts";
import { deed } from "../../scripts/deploy/show.ts";
import { type Site, siteOf } from "../../scripts/deploy/site.ts";
import { ofTournament, warningsOf } from "../../scripts/deploy/warnings.ts";
import { present } from "../../scripts/support/present.ts";
import {
  MAINNET_NMR,
  parametersFor,
  setCode,
  standOf,
  startTestChain,
  type TestChain,
  useFolder,
  writeJson,
} from "../support/deployment.ts";

const DEPLOYER = Wallet.createRandom().address;
const CODE = "0x00";

describe("warnings before a deployment", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let chain: TestChain;
  let site: Site;
  let parameters: Parameters;
  let quiet: TournamentPlan;

  before(async () => {
    chain = await startTestChain(1, { nmr: true });
    site = await siteOf(chain.connection, `${folder()}/journal`);
    const token = { kind: "existing", address: MAINNET_NMR };
    parameters = loadParameters(await writeJson(folder(), parametersFor(1, token, ["signals", "classic60"])));
    // With a registrar, and limits under which a stake can't burn whole, there is nothing to say.
    quiet = { ...present(parameters.tournaments[1], "a tournament"), registrar: Wallet.createRandom().address };
    await setCode(chain.connection, quiet.organizer, CODE);
    await setCode(chain.connection, present(parameters.tournaments[0], "a tournament").organizer, CODE);
  });
  after(() => chain.stop());

  it("are none where all is as it should be", async () => {
    expect(ofTournament(quiet, DEPLOYER)).to.deep.equal([]);
    expect(await warningsOf(site, { ...parameters, tournaments: [quiet] })).to.deep.equal([]);
  });

  it("tell what is allowed but seldom meant in a tournament", () => {
    const [first = "", second = "", third = ""] = quiet.reporters;
    const four = [...quiet.reporters, Wallet.createRandom().address];
    const cases: [Partial<TournamentPlan>, RegExp][] = [
      [{ organizer: DEPLOYER }, /^organizer: is the deployer/],
      [{ guardian: ZeroAddress }, /^guardian: none/],
      [{ registrar: ZeroAddress }, /^registrar: none/],
      [{ reporters: [first, second], quorum: 2n }, /^reporters: 2;.*\n^quorum: all 2/m],
      [{ quorum: 1n }, /^quorum: 1, so one key/],
      [{ quorum: 3n }, /^quorum: all 3/],
      [{ reporters: four, quorum: 2n }, /^quorum: 2 of 4, so two groups/],
      [{ guardian: quiet.organizer }, /^one address is organizer and guardian/],
      [{ registrar: third }, /^one address is registrar and a reporter/],
      [{ guardian: DEPLOYER }, /^the deployer's key is/],
      [{ limits: { ...quiet.limits, minDisputeWindow: 3_599n } }, /^shortest dispute window/],
      [{ limits: { ...quiet.limits, maxRoundsInFlight: 65n } }, /^all rounds in flight may burn a whole stake: 65 of/],
    ];
    for (const [changes, says] of cases) {
      const plan = { ...quiet, ...changes };
      const warnings = ofTournament({ ...plan, preset: { ...plan.preset, limits: plan.limits } }, DEPLOYER);
      expect(warnings.join("\n")).to.match(says);
      expect(warnings).to.have.length(says.source.split("\\n").length);
    }
  });

  it("tell a token or an organizer that nobody means", async () => {
    const none = { ...parameters, tournaments: [] };
    const own = await warningsOf(site, { ...none, token: { kind: "own", holder: DEPLOYER } });
    expect(own.join("\n")).to.match(/^token: own on mainnet.*\n^token\.holder: .* is no contract/m);
    const other = await warningsOf(site, { ...none, token: { kind: "existing", address: DEPLOYER } });
    expect(other.join("\n")).to.match(/^token\.address: is not NMR/);
    const plan = { ...quiet, organizer: Wallet.createRandom().address };
    const key = await warningsOf(site, { ...parameters, tournaments: [plan] });
    expect(key.join("\n")).to.match(/^Classic 60: organizer: 0x\w+ is no contract; a multisig is safer$/);
  });

  it("a deployment to mainnet is played on a fork of it, over NMR of 2017, and mainnet stays as it is", async () => {
    const before = await standOf(chain.connection, site.deployer);
    const contracts = await contractsFor(parameters.token);
    const { sent, findings } = await rehearse(site, contracts, parameters.tournaments, new Map());
    expect(sent.map(({ future }) => deed(future))).to.deep.equal([
      "deploy NumeraireStaking",
      "create tournament Signals",
      "propose the organizer of Signals",
      "create tournament Classic_60",
      "propose the organizer of Classic_60",
    ]);
    expect(findings).to.deep.include({
      what: "NumeraireStaking: burns by mint",
      expected: "true",
      found: "true",
      verdict: "yes",
    });
    expect(findings.filter(({ verdict }) => verdict !== "yes")).to.deep.equal([]);
    expect(await standOf(chain.connection, site.deployer)).to.deep.equal(before);
  });
});
