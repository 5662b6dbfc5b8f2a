/** As much of PostgreSQL's client as the tests use; it comes without types. */
declare module "pg" {
  export class Client {
    constructor(options: { connectionString: string });
    connect(): Promise<void>;
    query(text: string, values?: unknown[]): Promise<{ rows: Record<string, string>[]; rowCount: number | null }>;
    end(): Promise<void>;
  }
}
