import { useRef } from "react";
import { useConnect, useConnection, useConnectors, useDisconnect, useSwitchChain } from "wagmi";
import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";
import { Short } from "./address.tsx";

/** Connects a wallet, or says which one is; on another network it offers to change it. */
export function WalletButton() {
  const { config } = useApp();
  const { address, chainId, isConnected } = useConnection();
  const dialog = useRef<HTMLDialogElement>(null);
  const { mutate: switchChain } = useSwitchChain();
  const open = (): void => dialog.current?.showModal();
  if (isConnected && chainId !== config.chainId) {
    return (
      <button type="button" className="button" onClick={() => switchChain({ chainId: config.chainId })}>
        {copy.wallet.wrongNetwork(config.chainName)}
      </button>
    );
  }
  return (
    <>
      <button type="button" className="button" onClick={open}>
        {address === undefined ? copy.wallet.connect : <Short text={address} />}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="wallet-title">
        <WalletDialog onDone={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

function WalletDialog({ onDone }: { onDone: () => void }) {
  const { config } = useApp();
  const { address } = useConnection();
  const { mutate: connect, error } = useConnect();
  const { mutate: disconnect } = useDisconnect();
  const connectors = useConnectors();
  return (
    <div className="wallet">
      <h2 id="wallet-title">{address === undefined ? copy.wallet.choose : copy.wallet.connected}</h2>
      {address === undefined ? (
        <ul className="choices">
          {connectors.map((connector) => (
            <li key={connector.uid}>
              <button
                type="button"
                className="button wide"
                onClick={() => connect({ connector, chainId: config.chainId }, { onSuccess: onDone })}
              >
                {connector.name}
              </button>
            </li>
          ))}
          {connectors.length === 0 && <li className="empty">{copy.wallet.none}</li>}
        </ul>
      ) : (
        <p>
          <code>{address}</code>
        </p>
      )}
      {error !== null && <p className="burn">{copy.wallet.refused}</p>}
      <div className="tools-row">
        {address !== undefined && (
          <button type="button" className="button" onClick={() => disconnect({}, { onSuccess: onDone })}>
            {copy.wallet.disconnect}
          </button>
        )}
        <button type="button" className="button" onClick={onDone}>
          {copy.wallet.close}
        </button>
      </div>
    </div>
  );
}
