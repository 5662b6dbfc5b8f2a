import { Link } from "wouter";

export function RoundLink({ tournament, round }: { tournament: string; round: string }) {
  return <Link href={`/tournament/${tournament}/round/${round}`}>{round}</Link>;
}
