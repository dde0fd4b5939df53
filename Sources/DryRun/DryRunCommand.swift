public import ArgumentParser

/// Questions over standard input: one JSON object a line in, one out.
public struct DryRunCommand: ParsableCommand {
  /// The texts of `--help`.
  public static let configuration = CommandConfiguration(
    commandName: "dry-run",
    abstract: "Test Postern's rules with your own data: JSON lines in, JSON lines out.",
    discussion: """
      Each line in is one JSON object with an "id" of your own. Each line out is the
      answer to it, with the same id and in the same order. A bad line is answered
      with {"id":…,"error":"…"}, and the run goes on; the exit status is 0 when every
      line was read. No daemon is needed.
      """,
    subcommands: [
      WiegandDryRun.self, HoursDryRun.self, GeofenceDryRun.self, AccessDryRun.self,
      MessageDryRun.self, AutomationDryRun.self,
    ])

  public init() {}
}
