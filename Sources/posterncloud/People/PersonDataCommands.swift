import ArgumentParser
import CloudProtocol
import GRDB
import HostLinux

/// What one person may ask for: all data about them, and that it goes.
extension PersonCommand {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print everything that is here about a person, as JSON.",
      discussion: """
        Example: person export ada > ada.json
        Records, credentials, reservations, events, orders and the audit. Values of cards and codes are
        not in it. A controller has no more than this, and its log until that is cut.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String

    func run() throws {
      let id = id
      let export = try state.store().database.read {
        try PersonExport(id, at: CloudClock.now(), $0)
      }
      try Output.json(export)
    }
  }

  struct Erase: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a person for ever, here and at every controller.",
      discussion: """
        Records, credentials, reservations and codes go; events, orders and the audit stay without
        the name. There is no way back. Controllers that are away remove theirs when they come;
        `person removals` lists them. Events in a controller's own log are cut there in time.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The person's id.") var id: String
    @Flag(help: "Needed, since there is no way back.") var forEver = false

    func validate() throws {
      guard forEver else {
        throw ValidationError("there is no way back from this; say --for-ever if it is meant")
      }
    }

    func run() throws {
      let store = try state.store()
      let erasure = PersonErasure(store: store, vault: try PlatformKey.vault(folder: store.folder))
      let done = try erasure.erase(id, at: CloudClock.now())
      Output.line(
        "person \(id) is erased: \(done.credentials) credentials and \(done.reservations) reservations "
          + "removed; \(done.events) events, \(done.commands) orders and \(done.auditEntries) entries of "
          + "the audit have no name any more")
      if let cause = done.leftBytes {
        Output.complain(
          "old bytes are still in cloud.sqlite: \(cause); run `sqlite3 cloud.sqlite VACUUM` in the cloud's "
            + "folder")
      }
      try Removals.list(store)
    }
  }

  struct Removals: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show which controllers have yet to remove records of people who were erased.")

    @OptionGroup var state: StateOptions

    func run() throws { try Self.list(try state.store()) }

    fileprivate static func list(_ store: CloudStore) throws {
      for (controller, records) in try store.knownPeople.yetToRemove() {
        Output.line("\(controller)  has yet to remove \(records) records")
      }
    }
  }
}
