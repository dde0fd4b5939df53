import CloudProtocol
import ConsoleProtocol

/// Who is inside, as a person reads it, and prints it.
struct MusterPage {
  let areas: [ConsoleArea]

  private static let none = "no area counts who is inside: see `occupancy` in deploy/rules.md"

  var list: String {
    guard !areas.isEmpty else { return Self.none }
    return areas.map { area in
      ([heading(area)] + lines(area.people, "since")).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  var evacuation: String {
    guard !areas.isEmpty else { return Self.none }
    return areas.map { area in
      guard let report = area.evacuation else {
        return "\(title(area)): no fire alarm yet\(unknown(area))"
      }
      let began = StatusPage.time(report.beganMilliseconds)
      let end = report.endedMilliseconds.map { " to \(StatusPage.time($0))" } ?? ", still on"
      let heading =
        "\(title(area)): fire alarm \(began)\(end): \(report.notSeen.count) not seen leaving, "
        + "\(report.left.count) left\(unknown(area))"
      return
        ([heading] + lines(report.notSeen, "not seen leaving, inside since")
        + lines(report.left, "left")).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private func heading(_ area: ConsoleArea) -> String {
    let least = area.least.map { ", at least \($0)" } ?? ""
    let most = area.most.map { ", at most \($0) (\(area.atMost))" } ?? ""
    let standing = area.standing == "normal" ? "" : ": \(area.standing.uppercased())"
    return "\(title(area)): \(area.count) inside\(least)\(most)\(standing)\(unknown(area))"
  }

  private func title(_ area: ConsoleArea) -> String { "\(area.name) (\(area.id))".printable }

  private func unknown(_ area: ConsoleArea) -> String {
    area.known ? "" : "; who was inside before the start is NOT KNOWN yet"
  }

  private func lines(_ people: [ConsoleArea.Seen], _ word: String) -> [String] {
    people.map { "  \($0.person.printable)  \(word) \(StatusPage.time($0.timeMilliseconds))" }
  }
}
