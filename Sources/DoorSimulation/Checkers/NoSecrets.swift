import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// No card number, PIN or key is in a message, in a log line or on the disk.
final class NoSecrets: Checker {
  let sentence = "no card number, no PIN and no key is in anything that leaves or is kept"

  private var secrets: SecretSearch?

  private func search(in world: World) -> SecretSearch {
    if let secrets { return secrets }
    var numbers: [String: String] = [:]
    for (index, person) in world.story.site.people.enumerated() {
      numbers[String(person.card)] = "the card of person-\(index)"
      numbers[person.pin] = "the PIN of person-\(index)"
    }
    let keys = WorldKeys.bytes(ofSeed: world.story.seed)
      .merging(world.rig.hardware.bus?.secrets ?? [:]) { first, _ in first }
    let made = SecretSearch(numbers: numbers, keys: keys)
    secrets = made
    return made
  }

  func see(_ sight: Sight, in world: World) -> String? {
    let search = search(in: world)
    switch sight {
    case .said(let topic, let payload):
      return search.find(payload).map { "\($0) in a message on \(topic)" }
    case .logged(let line):
      return search.find(line).map { "\($0) in the log line \(line)" }
    case .committed(let event):
      let draft = event.draft
      var texts = draft.detail
      texts["reason"] = draft.reason
      texts["person"] = draft.person
      texts["credential"] = draft.credential
      for (name, value) in texts.sorted(by: { $0.key < $1.key }) {
        if let found = search.find(value) { return "\(found) in \(name) of \(draft.type)" }
      }
    case .ended, .over:
      return disk(world.rig.disk, search) ?? world.rig.program.flatMap { status($0, search) }
    case .began, .lock, .exitPressed, .presented, .recorded, .waitedForDisk, .line, .cloudTook,
      .commandSent, .stepped:
      break
    }
    return nil
  }

  /// The first secret on the disk, without the key file.
  private func disk(_ disk: SimulatedDisk, _ search: SecretSearch) -> String? {
    let copies = disk.cache.copies.map { (key: "the copy of \($0.key)", value: $0.value) }
    for (key, value) in (disk.state.values + copies).sorted(by: { $0.key < $1.key }) {
      if let found = search.find(value) { return "\(found) on the disk under \(key)" }
    }
    func find(_ value: some Encodable, _ place: String) -> String? {
      (try? JSONCoding.encode(value)).flatMap(search.find).map { "\($0) on the disk in \(place)" }
    }
    for record in disk.cache.records.persons.values.sorted(by: { $0.id < $1.id }) {
      if let found = find(record, "person \(record.id)") { return found }
    }
    for record in disk.cache.records.credentials.values.sorted(by: { $0.id < $1.id }) {
      if let found = find(record, "credential \(record.id)") { return found }
    }
    for entry in disk.ledger.entries {
      if let found = find(entry.result, "the result of \(entry.id)") { return found }
    }
    return find(disk.cache.present, "the configuration")
  }

  private func status(_ program: Program, _ search: SecretSearch) -> String? {
    search.find(program.statusText).map { "\($0) in the status" }
  }
}
