import DoorPorts
import DoorRules

/// Who was last seen going into which area and out of it. The disk has it all; the latest are here
/// too, so that a second badge sees the first one before it is written.
struct PresenceBook: Sendable {
  /// The most people held in memory; others were written long before.
  static let latestMax = 1_024
  /// The most areas whose reset is kept; of more the oldest is let go.
  static let resetsMax = 256
  /// The most people held in memory as the disk had them; whoever was let in is one of them.
  static let readMax = 256

  private var latest = LatestValues<PersonID, [AreaID: AreaPresence]>(most: latestMax)
  /// What was noted before this time no longer counts, for anybody.
  private var forgivenAt: WallInstant?
  /// The same for one area.
  private var resets: [AreaID: WallInstant] = [:]
  private(set) var isLoaded = false
  private var read = LatestValues<PersonID, [AreaID: AreaPresence]>(most: readMax)

  /// Reads what was forgiven; false when that is known already.
  mutating func load(from store: any StateStore) throws(PortError) -> Bool {
    guard !isLoaded else { return false }
    forgivenAt = try store.value(of: .forgiven).flatMap(KeptInstant.instant)
    let kept = try store.value(of: .areaResets).map(Self.resets) ?? [:]
    resets.merge(kept) { max($0, $1) }
    isLoaded = true
    return true
  }

  /// Where everybody was last seen, by area, as far as it was not forgiven.
  mutating func everybody(
    in store: any StateStore
  ) throws(PortError) -> [AreaID: [PersonID: AreaPresence]] {
    _ = try load(from: store)
    var people: [PersonID: [AreaID: AreaPresence]] = [:]
    for (key, bytes) in try store.values(withPrefix: StateKey.presencePrefix) {
      guard let person = StateKey.personOfPresence(key: key) else { continue }
      people[person] = Self.presence(bytes)
    }
    people.merge(latest.all) { $1 }
    var all: [AreaID: [PersonID: AreaPresence]] = [:]
    for (person, areas) in people {
      for (area, presence) in unforgiven(areas) { all[area, default: [:]][person] = presence }
    }
    return all
  }

  /// Where a person was last seen, as far as it was not forgiven.
  mutating func presence(
    of person: PersonID, in store: any StateStore
  ) throws(PortError) -> [AreaID: AreaPresence] {
    _ = try load(from: store)
    if let known = latest[person] { return unforgiven(known) }
    return unforgiven(try store.value(of: .presence(person)).map(Self.presence) ?? [:])
  }

  private func unforgiven(_ all: [AreaID: AreaPresence]) -> [AreaID: AreaPresence] {
    guard forgivenAt != nil || !resets.isEmpty else { return all }
    return all.filter { area, presence in
      let after = [forgivenAt, resets[area]].compactMap { $0 }
      return after.allSatisfy { $0 < presence.since }
    }
  }

  /// What another copy has read. What is here already is newer.
  mutating func adopt(_ other: PresenceBook) {
    guard !isLoaded else { return }
    forgivenAt = other.forgivenAt
    resets.merge(other.resets) { max($0, $1) }
    isLoaded = true
  }

  /// Notes where the disk has a person, and returns where the person is by what happened since.
  mutating func newest(
    of person: PersonID, read onDisk: [AreaID: AreaPresence]
  ) -> [AreaID: AreaPresence] {
    read.note(onDisk, for: person)
    return unforgiven(latest[person] ?? onDisk)
  }

  /// False, and nothing is noted, for a person of whom nothing was read: the rest of what the disk
  /// has would be lost.
  mutating func note(_ presence: AreaPresence, of person: PersonID, in area: AreaID) -> Bool {
    guard var all = latest[person] ?? read[person] else { return false }
    all = unforgiven(all)
    all[area] = presence
    latest.note(all, for: person)
    return true
  }

  func bytes(of person: PersonID) -> [UInt8] {
    let lines = (latest[person] ?? [:]).sorted { $0.key < $1.key }.map {
      "\($0.key) \($0.value.isInside ? 1 : 0) \($0.value.since.millisecondsSince1970)"
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  mutating func forgive(_ person: PersonID) { latest.note([:], for: person) }

  mutating func forgiveEverybody(at now: WallInstant) {
    forgivenAt = now
    isLoaded = true
    latest = LatestValues(most: Self.latestMax)
  }

  /// Nobody counts as inside of an area who was seen there before now; what is to be persisted.
  mutating func reset(_ area: AreaID, at now: WallInstant) -> [UInt8] {
    resets[area] = now
    let newest = resets.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.resetsMax)
    resets = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
    let lines = resets.sorted { $0.key < $1.key }.map {
      "\($0.key) \($0.value.millisecondsSince1970)"
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  /// Skips a line that cannot be read.
  private static func resets(_ bytes: [UInt8]) -> [AreaID: WallInstant] {
    var all: [AreaID: WallInstant] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 2, let area = AreaID(String(parts[0])), let at = Int64(parts[1])
      else { continue }
      all[area] = WallInstant(millisecondsSince1970: at)
    }
    return all
  }

  /// Skips a line that cannot be read: damage must lock nobody out.
  private static func presence(_ bytes: [UInt8]) -> [AreaID: AreaPresence] {
    var all: [AreaID: AreaPresence] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 3, let area = AreaID(String(parts[0])), let since = Int64(parts[2])
      else { continue }
      all[area] = AreaPresence(
        isInside: parts[1] == "1", since: WallInstant(millisecondsSince1970: since))
    }
    return all
  }
}
