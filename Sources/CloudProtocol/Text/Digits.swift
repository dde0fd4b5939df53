extension FixedWidthInteger {
  /// A number that a person wrote: decimal digits and nothing else, not even a sign. Nil for other text.
  public init?(digits text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    self.init(text)
  }
}
