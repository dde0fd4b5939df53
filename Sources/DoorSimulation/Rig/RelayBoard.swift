/// The board of the relays, as the world knows it; times in microseconds since the story began.
struct RelayBoard {
  /// When it came back last; never while it is away.
  private var returned: Int64 = 0

  var isThere: Bool { returned != .max }

  mutating func fall() { returned = .max }

  mutating func comeBack(at now: Int64) { returned = now }

  /// It has been there since then.
  func wasThere(since start: Int64) -> Bool { returned <= start }

  /// The program has driven every relay again since the board came back, each in its turn.
  func follow(at now: Int64) -> Bool {
    returned == 0
      || returned < now && now - returned > Int64(Rig.reassertMilliseconds + 1_000) * 1_000
  }
}
