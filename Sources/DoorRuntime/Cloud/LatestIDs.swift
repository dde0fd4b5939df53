/// Ids of messages for which something was recorded: a repetition is no event.
struct LatestIDs {
  /// The most that are remembered; the oldest go.
  static let rememberedMax = 64

  private var ids: [String] = []

  /// True unless the id is one of the latest.
  mutating func isNew(_ id: String) -> Bool {
    if ids.contains(id) { return false }
    ids.append(id)
    if ids.count > Self.rememberedMax { ids.removeFirst() }
    return true
  }
}
