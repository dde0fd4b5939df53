/// Everything that happened, in order: always as a digest, and as text if `write` is set.
public final class Trace {
  private let write: ((String) -> Void)?
  /// FNV-1a over the times and the first word of each line.
  public private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  public private(set) var lines = 0

  /// Nil keeps the digest only.
  public init(write: ((String) -> Void)? = nil) { self.write = write }

  func note(_ at: Int64, _ word: String, _ detail: () -> String) {
    lines += 1
    mix(UInt64(bitPattern: at))
    for byte in word.utf8 { mix(UInt64(byte)) }
    guard let write else { return }
    let milliseconds = at / 1_000
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    func padded(_ number: Int64, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(width - text.count, 0)) + text
    }
    let clock =
      "\(padded(days, 3))d \(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1_000 % 60, 2)).\(padded(rest % 1_000, 3))"
    write("\(clock) \(word) \(detail())")
  }

  private func mix(_ value: UInt64) {
    digest = (digest ^ value) &* 0x100_0000_01b3
  }
}
