import CloudProtocol
import Configuration

/// The library's YAML, from a file as people write it (``WrittenText``).
final class WrittenYAML: FileConfigSnapshot {
  typealias ParsingOptions = YAMLSnapshot.ParsingOptions

  private let yaml: YAMLSnapshot

  init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
    let bytes = try WrittenText.normalise(data.withUnsafeBytes { Array($0) }, lines: .matter)
    yaml = try YAMLSnapshot(
      data: bytes.span.bytes, providerName: providerName, parsingOptions: parsingOptions)
  }

  var providerName: String { yaml.providerName }
  var description: String { yaml.description }
  var debugDescription: String { yaml.debugDescription }

  func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
    try yaml.value(forKey: key, type: type)
  }
}
