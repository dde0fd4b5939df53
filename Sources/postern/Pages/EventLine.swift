import CloudProtocol
import ConsoleProtocol
import HostLinux

/// An event as one line, with its reason in plain words.
struct EventLine {
  let event: ConsoleEvent
  let colour: Bool

  var text: String {
    var parts = ["#\(event.number)", StatusPage.time(event.timeMilliseconds), name]
    if let door = event.door { parts.append("door \(door.printable)") }
    if let person = event.person { parts.append(person.printable) }
    if let reason = event.reason {
      parts.append(EventType(rawValue: event.type)?.words(of: reason) ?? reason.printable)
    }
    let detail = event.detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)".printable }
    if !detail.isEmpty { parts.append("[" + detail.joined(separator: " ") + "]") }
    if event.simulated { parts.append("(simulated)") }
    return parts.joined(separator: "  ")
  }

  private var name: String {
    let code =
      switch EventType(rawValue: event.type)?.tone ?? .plain {
      case .good: "32"
      case .bad: "31"
      case .plain: "36"
      }
    return Output.paint(EventType.name(ofWireName: event.type).printable, code, if: colour)
  }
}
