/// Units of one kind in the order of the layout, each with its own id. A unit changes in place: an
/// edge must copy nothing.
struct Roster<ID: Hashable & Sendable, Unit: Sendable>: Sendable {
  /// Where a unit stands in ``units``.
  typealias Place = Int

  var units: [Unit]
  /// The id of each unit, in the same order.
  let ids: [ID]
  private let places: [ID: Place]

  /// Of two units with one id the first counts.
  init(_ all: [(id: ID, unit: Unit)]) {
    var units: [Unit] = []
    var places: [ID: Place] = [:]
    var ids: [ID] = []
    for (id, unit) in all where places[id] == nil {
      places[id] = units.count
      ids.append(id)
      units.append(unit)
    }
    self.units = units
    self.places = places
    self.ids = ids
  }

  /// Nil for an id that no unit has.
  func place(of id: ID) -> Place? { places[id] }

  /// Nil for an id that no unit has.
  subscript(id: ID) -> Unit? { places[id].map { units[$0] } }
}
