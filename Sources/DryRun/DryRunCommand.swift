public import ArgumentParser

/// Questions over standard input: one JSON object a line in, one out.
public struct DryRunCommand: ParsableCommand {
  /// What `--help` says.
  public static let configuration = CommandConfiguration(
    commandName: "dry-run",
    abstract: "Hold Postern's rules against your own data: JSON lines in, JSON lines out.",
    discussion: """
      Each line in is one JSON object with an "id" of your own, each line out answers
      it under the same id, in the same order. A bad line gives {"id":…,"error":"…"}
      and the run goes on; the exit status is 0 when every line was read. No daemon
      is asked.
      """,
    subcommands: [
      WiegandDryRun.self, HoursDryRun.self, GeofenceDryRun.self, AccessDryRun.self,
    ])

  public init() {}
}
