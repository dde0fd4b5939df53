/// How many people are in the areas that limit them, for a decision.
public struct AreaCounts: Sendable, Hashable {
  /// How many are inside. An area that is missing here is not known: it lets nobody in.
  public var inside: [AreaID: Int]
  /// Who was let in and has not opened the door yet; nobody who is counted inside.
  public var onTheWay: [AreaID: Set<PersonID>]

  public init(inside: [AreaID: Int] = [:], onTheWay: [AreaID: Set<PersonID>] = [:]) {
    self.inside = inside
    self.onTheWay = onTheWay
  }
}
