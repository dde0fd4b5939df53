import CZlib

/// Bytes made shorter with DEFLATE (RFC 1951) and brought back, by zlib. Bytes in, bytes out: whoever
/// inflates says how many may come of it, since a kilobyte can stand for a megabyte.
public enum Deflate {
  /// What stands around the compressed bytes.
  public enum Form: Sendable, Hashable, CaseIterable {
    /// Nothing: RFC 1951. Something else must show that no byte has changed.
    case bare
    /// Two bytes before and a checksum behind: RFC 1950.
    case zlib

    fileprivate var windowBits: Int32 { self == .bare ? -15 : 15 }
  }

  /// How much work is done for fewer bytes.
  public enum Effort: Int32, Sendable, CaseIterable {
    /// For a controller.
    case little = 1
    /// For a cloud.
    case usual = 6
  }

  /// Why bytes were not inflated.
  public enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// More than this many bytes come of it.
    case tooLarge(bytesMax: Int)
    /// It ends too early.
    case cutShort
    /// So many bytes stand behind its end.
    case goesOn(bytes: Int)
    /// It is not what was compressed, or never was of this form.
    case damaged

    public var description: String {
      switch self {
      case .tooLarge(let bytesMax): "inflates to more than \(bytesMax) bytes"
      case .cutShort: "cannot be inflated: its end is missing"
      case .goesOn(let bytes): "cannot be inflated: \(bytes) bytes stand behind its end"
      case .damaged: "cannot be inflated: it is damaged, or not deflated"
      }
    }
  }

  /// Bytes that are inflated at one time.
  private static let pieceBytes = 65_536
  private static let memoryLevel: Int32 = 8

  /// Nil where there is no memory for it.
  public static func deflate(_ bytes: [UInt8], as form: Form, effort: Effort) -> [UInt8]? {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, effort.rawValue, Z_DEFLATED, form.windowBits, memoryLevel, Z_DEFAULT_STRATEGY,
        ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var isDone = false
    let deflated = [UInt8](unsafeUninitializedCapacity: bound) { room, count in
      isDone = bytes.withUnsafeBufferPointer { input in
        // zlib does not write to its input.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(room.count)
        return CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
      count = isDone ? Int(stream.total_out) : 0
    }
    return isDone ? deflated : nil
  }

  /// Inflates to at most so many bytes. Nothing may be missing, and nothing may stand behind.
  public static func inflate(
    _ bytes: [UInt8], as form: Form, bytesMax: Int
  ) throws(Fault) -> [UInt8] {
    var stream = z_stream()
    guard
      inflateInit2_(
        &stream, form.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .damaged }
    defer { inflateEnd(&stream) }
    var inflated: [UInt8] = []
    inflated.reserveCapacity(min(bytesMax, 4 * bytes.count))
    let fault = bytes.withUnsafeBufferPointer { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pieceBytes) { piece in
        fill(&inflated, by: &stream, through: piece, bytesMax: bytesMax)
      }
    }
    if let fault { throw fault }
    return inflated
  }

  private static func fill(
    _ inflated: inout [UInt8], by stream: inout z_stream,
    through piece: UnsafeMutableBufferPointer<UInt8>, bytesMax: Int
  ) -> Fault? {
    while true {
      stream.next_out = piece.baseAddress
      stream.avail_out = UInt32(piece.count)
      let code = CZlib.inflate(&stream, Z_NO_FLUSH)
      let count = piece.count - Int(stream.avail_out)
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return .damaged }
      guard inflated.count + count <= bytesMax else { return .tooLarge(bytesMax: bytesMax) }
      inflated.append(contentsOf: piece[..<count])
      if code == Z_STREAM_END {
        return stream.avail_in == 0 ? nil : .goesOn(bytes: Int(stream.avail_in))
      }
      // No room was missing, so more input was.
      if stream.avail_out > 0 { return .cutShort }
    }
  }
}
