/// A type that writes its own JSON: byte for byte that of a general encoder, in a tenth of the
/// time. Events do so: after an outage a door sends hundreds of thousands, and writes them on the
/// thread that also opens the door.
protocol DirectJSON: Encodable {
  func write(to text: inout JSONText)
  /// Expected length of the JSON, in bytes.
  var bytesExpected: Int { get }
}
