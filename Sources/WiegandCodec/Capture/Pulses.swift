public import DoorRules

/// The edges by which a reader sends bits: for each a pulse on its line, `widthMicroseconds`
/// long, one every `spacingMicroseconds`.
public func pulses(
  for bits: [Bool], startingAt start: MonotonicInstant, widthMicroseconds: Int,
  spacingMicroseconds: Int
) -> [DataEdge] {
  bits.enumerated().flatMap { index, bit in
    let begin = start.advanced(byMicroseconds: index * spacingMicroseconds)
    let line: DataEdge.Line = bit ? .data1 : .data0
    return [
      DataEdge(line: line, isActive: true, at: begin),
      DataEdge(
        line: line, isActive: false, at: begin.advanced(byMicroseconds: widthMicroseconds)),
    ]
  }
}
