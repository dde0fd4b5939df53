import CloudProtocol

/// Searches bytes for secrets: numbers in clear, in hexadecimal and in base64, keys also in binary.
/// It needs one pass, so that years of messages can be searched.
struct SecretSearch {
  /// Lengths of the numbers that can be found. In clear, only complete numbers match: longer ones,
  /// such as times, contain any eight digits by chance.
  static let digits = 8...11
  private static let windowBytes = 8

  private var numbers: [UInt64: String] = [:]
  /// All forms except numbers in clear, by their first eight bytes.
  private var patterns: [UInt64: [(form: [UInt8], name: String)]] = [:]
  /// A Bloom filter of the patterns' first eight bytes: it rules out nearly every window at once.
  private var filter = [UInt64](repeating: 0, count: 1_024)

  init(numbers: [String: String], keys: [String: [UInt8]]) {
    for (text, name) in numbers {
      guard Self.digits.contains(text.utf8.count), let value = UInt64(text) else { continue }
      self.numbers[value] = name
      add(Array(text.utf8), name)
    }
    for (name, bytes) in keys {
      add(form: bytes, name)
      add(bytes, name)
    }
  }

  private mutating func add(_ bytes: [UInt8], _ name: String) {
    for digits in ["0123456789abcdef", "0123456789ABCDEF"].map({ Array($0.utf8) }) {
      add(form: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, name)
    }
    for lead in 0..<3 {
      let padded = [UInt8](repeating: 0, count: lead) + bytes
      let whole = Base64URL.encode(padded)
      // Leave out characters that also depend on the bytes before and after.
      let certain = Array(
        whole.dropFirst(lead == 0 ? 0 : lead + 1).dropLast(padded.count % 3 == 0 ? 0 : 1))
      add(form: certain, name)
      add(form: certain.map { $0 == 45 ? 43 : $0 == 95 ? 47 : $0 }, name)
    }
  }

  private mutating func add(form: [UInt8], _ name: String) {
    guard form.count >= Self.windowBytes else { return }
    let window = form.prefix(Self.windowBytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    patterns[window, default: []].append((form, name))
    let place = Self.place(of: window)
    filter[place >> 6] |= 1 << UInt64(place & 63)
  }

  /// Spreads the windows over the filter (the golden ratio; Knuth, volume 3, section 6.4).
  private static func place(of window: UInt64) -> Int {
    Int((window &* 0x9E37_79B9_7F4A_7C15) >> 48)
  }

  /// The name of the first secret found; nil for none.
  func find(_ bytes: [UInt8]) -> String? {
    bytes.withUnsafeBufferPointer { bytes in
      var window: UInt64 = 0
      var value: UInt64 = 0
      var digits = 0
      for index in bytes.indices {
        let byte = bytes[index]
        if 48 <= byte, byte <= 57 {
          digits += 1
          value = digits > Self.digits.upperBound ? 0 : value * 10 + UInt64(byte - 48)
        } else {
          if Self.digits.contains(digits), let name = numbers[value] { return name }
          digits = 0
          value = 0
        }
        window = window << 8 | UInt64(byte)
        let place = Self.place(of: window)
        guard filter[place >> 6] & 1 << UInt64(place & 63) != 0 else { continue }
        let start = index - Self.windowBytes + 1
        for (form, name) in patterns[window] ?? [] where start >= 0 {
          if bytes[start...].starts(with: form) { return name }
        }
      }
      return Self.digits.contains(digits) ? numbers[value] : nil
    }
  }

  func find(_ text: String) -> String? { find(Array(text.utf8)) }
}
