/// Who has the places of a server. When the last place is taken, somebody who asks for nothing gives one
/// up: of those who have the most, the connection that has waited longest. So nobody keeps others out by
/// opening connections and leaving them as they are, from one address or from many.
struct PlaceBook<ID: Hashable> {
  /// How long a connection may wait in a crowd. Whoever means to ask does so at once.
  static var patienceMilliseconds: Int64 { 250 }

  /// Who goes.
  enum Leaver: Equatable {
    case nobody
    case now(ID)
    /// Somebody, if nothing changes within so many milliseconds.
    case later(Int64)
  }

  private struct Place {
    var address: String
    /// Since when no request is being answered, in milliseconds; nil while one is.
    var waitingSince: Int64?
  }

  private let most: Int
  private var places: [ID: Place] = [:]

  /// `most` places, at least 1.
  init(most: Int) { self.most = max(most, 1) }

  /// A connection came.
  mutating func enter(_ id: ID, from address: String, at now: Int64) {
    places[id] = Place(address: address, waitingSince: now)
  }

  /// A whole request has arrived: its connection keeps its place until it is answered.
  mutating func asked(_ id: ID) { places[id]?.waitingSince = nil }

  mutating func answered(_ id: ID, at now: Int64) { places[id]?.waitingSince = now }

  mutating func left(_ id: ID) { places[id] = nil }

  /// Who has to go, and has no place any more.
  mutating func leaver(at now: Int64) -> Leaver {
    guard places.count >= most else { return .nobody }
    let held = Dictionary(places.values.map { ($0.address, 1) }, uniquingKeysWith: +)
    let waiting = places.compactMap { id, place -> (id: ID, held: Int, since: Int64)? in
      place.waitingSince.map { (id, held[place.address] ?? 0, $0) }
    }
    guard let first = waiting.min(by: { ($1.held, $0.since) < ($0.held, $1.since) }) else {
      return .nobody
    }
    let left = first.since + Self.patienceMilliseconds - now
    guard left <= 0 else { return .later(left) }
    places[first.id] = nil
    return .now(first.id)
  }
}
