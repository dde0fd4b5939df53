import ArgumentParser
import CloudProtocol
import HostLinux

/// Where people may not enter, and what they have that doors require.
extension PersonCommand {
  struct Exclude: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deny a person doors, whatever else lets the person in.",
      discussion: """
        Example: person exclude ben --doors front --until +14d
        It is added to what is denied already; `person readmit` ends all of it. Nobody is kept in by it.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String
    @Flag(help: "Every door.") var facilityWide = false
    @Option(help: "These doors, with commas.") var doors: String?
    @Option(help: "The doors of these scopes, with commas.") var groups: String?
    @Option(help: "When it ends, 2026-11-20T15:00:00Z or +2h; without, never.")
    var until: String?

    func run() throws {
      let (doors, groups) = (split(doors), split(groups))
      let exclusion = ExclusionRecord(
        facilityWide: facilityWide ? true : nil, doors: doors.isEmpty ? nil : doors,
        groups: groups.isEmpty ? nil : groups, validUntil: try TimeArgument.end(until))
      let store = try state.store()
      try store.checkPlaces(doors: doors, scopes: groups)
      try store.people.changePresent(id) {
        $0.exclusions = ($0.exclusions ?? []) + [exclusion]
      }
      Output.line("person \(id) is excluded")
    }
  }

  struct Readmit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End everything that denies a person doors explicitly.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String

    func run() throws {
      try state.store().people.changePresent(id) { $0.exclusions = nil }
      Output.line("person \(id) is no longer excluded")
    }
  }

  struct Qualify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a person something that doors require, or another end of it.",
      discussion: """
        Example: person qualify ada insurance --until 2027-01-01T00:00:00Z
        A door requires it by `requiredQualifications` of its configuration.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String
    @Argument(help: "Its name, as the configuration has it.") var name: String
    @Option(help: "When it ends, 2026-11-20T15:00:00Z or +2h; without, never.")
    var until: String?

    func run() throws {
      // One that has ended already is a fact, too, and only denies.
      let end = try until.map(TimeArgument.time)
      try state.store().people.changePresent(id) {
        $0.qualifications =
          without(name, in: $0.qualifications)
          + [QualificationRecord(name: name, validUntil: end)]
      }
      Output.line("person \(id) has \(name)")
    }
  }

  struct Disqualify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take from a person something that doors require.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String
    @Argument(help: "Its name, as the configuration has it.") var name: String

    func run() throws {
      try state.store().people.changePresent(id) {
        let left = without(name, in: $0.qualifications)
        $0.qualifications = left.isEmpty ? nil : left
      }
      Output.line("person \(id) does not have \(name)")
    }
  }
}

extension PersonCommand {
  struct Escort: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a person enter only with a host, or be one.",
      discussion: "Example: person escort visitor-7 needed; person escort ada host")

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String
    @Argument(help: "needed, host or none.") var role: String

    func run() throws {
      try state.store().people.changePresent(id) { $0.escort = role == "none" ? nil : role }
      Output.line("person \(id): escort \(role)")
    }
  }
}

private func without(_ name: String, in held: [QualificationRecord]?) -> [QualificationRecord] {
  (held ?? []).filter { !$0.name.utf8.elementsEqual(name.utf8) }
}
