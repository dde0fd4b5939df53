import CloudProtocol

/// A document of the API.
protocol PlatformDocument: Codable, Sendable {
  static var kind: DocumentKind { get }
  var id: String { get }
  /// What lists of it are about, such as a person; nil for nothing.
  var parent: String? { get }
}

extension PlatformDocument {
  var parent: String? { nil }
}

extension PlatformTransaction {
  func find<Document: PlatformDocument>(_ type: Document.Type, _ id: String) throws -> Document? {
    try document(type.kind, id).map { try JSONCoding.decode(type, from: $0) }
  }

  /// Throws `notFound` for a document that is not there.
  func need<Document: PlatformDocument>(_ type: Document.Type, _ id: String) throws -> Document {
    guard let found = try find(type, id) else {
      throw APIProblem(.notFound, "there is no \(type.kind.rawValue) \(id)")
    }
    return found
  }

  func list<Document: PlatformDocument>(
    _ type: Document.Type, parent: String? = nil, after: String = "", limit: Int
  ) throws -> [Document] {
    try documents(type.kind, parent: parent, after: after, limit: limit).map {
      try JSONCoding.decode(type, from: $0.body)
    }
  }

  func save<Document: PlatformDocument>(_ document: Document, at now: Int64) throws {
    try put(
      Document.kind, document.id, parent: document.parent, try JSONCoding.encode(document), at: now)
  }

  func append(_ log: LogKind, _ entry: some Encodable, at now: Int64) throws {
    try append(log, try JSONCoding.encode(entry), at: now)
  }
}
