import ArgumentParser
import CloudProtocol
import HostLinux

/// Controllers that are ahead of a cloud that was restored.
struct RestoredCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restored",
    abstract: "Show what a restored backup does not know, and let everything be sent.",
    discussion: """
      A controller that is ahead of this cloud shows that the cloud was restored from a backup. It \
      goes on as it is, and gets no configuration and no credentials before all its events are here: \
      what they say was revoked is revoked here too. Where events are missing, a person has to look \
      and say so: `restored --send gate-1`.
      """)

  @OptionGroup var state: StateOptions
  @Argument(help: "Only these controllers.") var controllers: [String] = []
  @Flag(help: "Send them everything now, whatever events are missing.") var send = false
  @Option(help: "How many changes of each controller.") var limit = 500
  @Flag(help: "Print JSON for programs.") var json = false

  private struct Line: Encodable {
    var standing: RestoredTable.Standing
    /// The number up to which the controller's events are here.
    var through: UInt64
    /// Why only a person can let everything be sent.
    var needsWord: String?
    var changes: [String]
  }

  func run() throws {
    let table = try state.store().restored
    if send {
      let sent = try table.send(controllers, at: CloudClock.now())
      if sent.isEmpty { Output.line("no controller waits") }
      for controller in sent { Output.line("\(controller) gets everything now") }
      return
    }
    for (standing, through) in try table.all()
    where controllers.isEmpty || controllers.contains(standing.controller) {
      let changes = try table.findings(standing, limit: max(limit, 1)).map {
        "\($0.event.time)  \($0.text)"
      }
      if json {
        try Output.json(
          Line(
            standing: standing, through: through,
            needsWord: standing.isWaiting ? standing.needsWord : nil, changes: changes))
      } else {
        show(standing, through, changes)
      }
    }
  }

  private func show(
    _ standing: RestoredTable.Standing, _ through: UInt64, _ changes: [String]
  ) {
    Output.line("\(standing.controller)  \(text(standing, through))")
    Output.line(
      "  it had config \(standing.configRevision), credentials \(standing.credentialRevision); this "
        + "cloud had \(standing.ownConfigRevision) and \(standing.ownCredentialRevision)")
    for change in changes { Output.line("  \(change)") }
  }

  private func text(_ standing: RestoredTable.Standing, _ through: UInt64) -> String {
    if let sent = standing.sentMilliseconds {
      return "everything may be sent since \(CloudEvent.timestamp(milliseconds: sent))"
    }
    let since = CloudEvent.timestamp(milliseconds: standing.noticedMilliseconds)
    if let word = standing.needsWord {
      return "waits for you since \(since): \(word); look, then: posterncloud restored --send "
        + standing.controller
    }
    return "waits since \(since) for its events \(through + 1) to \(standing.lastEvent)"
  }
}
