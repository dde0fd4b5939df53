import ArgumentParser
import CloudProtocol
import HostLinux

/// People.
struct PersonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "person",
    abstract: "Add people, switch them on or off, and export or erase what is known.",
    subcommands: [
      Add.self, Enable.self, Disable.self, Exclude.self, Readmit.self, Qualify.self,
      Disqualify.self, Escort.self, Export.self, Erase.self, Removals.self,
    ])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a person, or change what is named of one who is there.",
      discussion: """
        Example: person add ben --doors front --hours monday=08:00-17:00
        Of one who is there everything else stays: `--tags ""` takes all tags, `--doors ""` the grant.
        A grant that is named replaces the one before. Nobody is switched on by it: `person enable` is.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String
    @Flag(help: "Switched off: nothing opens for this person.") var disabled = false
    @Option(help: "The kind of member.") var type: String?
    @Option(help: "The state of the membership; active for a new person.") var status: String?
    @Option(help: "Tags that rules match, with commas.") var tags: String?
    @Flag(help: "A personal grant for every door.") var facilityWide = false
    @Option(help: "A personal grant for these doors, with commas.") var doors: String?
    @Option(help: "A personal grant for these scopes, with commas.") var groups: String?
    @Option(help: "Hours of the grant, DAY=HH:MM-HH:MM; may be given several times.")
    var hours: [String] = []

    func run() throws {
      let grants = try grants()
      let store = try state.store()
      try store.checkPlaces(doors: split(doors), scopes: split(groups))
      try store.people.change(id) { present in
        var person = present ?? PersonRecord(id: id, accessEnabled: true)
        if disabled { person.accessEnabled = false }
        if let type { person.memberType = type }
        if let status { person.membershipStatus = status }
        if tags != nil { person.tags = split(tags) }
        if let grants { person.grants = grants }
        return person
      }
      Output.line("person \(id)")
    }

    /// The grant that is named; nil where none is.
    private func grants() throws -> [GrantRecord]? {
      let grant = GrantRecord(
        facilityWide: facilityWide, doors: split(doors), groups: split(groups),
        accessHours: try week())
      if grant.facilityWide || !grant.doors.isEmpty || !grant.groups.isEmpty { return [grant] }
      guard grant.accessHours == nil else {
        throw ValidationError(
          "--hours belong to a grant: give --doors, --groups or --facility-wide")
      }
      return doors == nil && groups == nil ? nil : []
    }

    private func week() throws -> HoursDocument? {
      guard !hours.isEmpty else { return nil }
      var week: HoursDocument = [:]
      for text in hours {
        let parts = text.split(separator: "=")
        let times = parts.last?.split(separator: "-") ?? []
        guard parts.count == 2, times.count == 2 else {
          throw ValidationError("--hours \(text): write DAY=HH:MM-HH:MM")
        }
        week.days[String(parts[0]), default: []].append(
          WindowDocument(from: String(times[0]), to: String(times[1])))
      }
      return week
    }
  }

  struct Enable: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Switch a person on.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String

    func run() throws { try set(id, true, state) }
  }

  struct Disable: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Switch a person off.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String

    func run() throws { try set(id, false, state) }
  }
}

private func set(_ id: String, _ enabled: Bool, _ state: StateOptions) throws {
  try state.store().people.changePresent(id) { $0.accessEnabled = enabled }
  Output.line("person \(id) is switched \(enabled ? "on" : "off")")
}
