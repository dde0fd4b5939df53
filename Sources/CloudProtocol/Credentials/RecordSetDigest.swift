import Crypto
import Foundation

/// A digest over all persons and active credentials of a controller, in 256 buckets, so that cloud
/// and door can find where they differ without sending everything.
///
/// A record belongs to the bucket named by the first byte of SHA-256 over its id. A bucket is the
/// exclusive or of its records' hashes, so that a change costs the same however many records there
/// are. A record's hash is the first 16 bytes of SHA-256 over `person` or `credential`, a line feed,
/// and its JSON with sorted members, no white space, and absent members left out (RFC 8785).
///
/// This finds records that were lost or damaged by accident; it does not protect against somebody
/// who writes to the database.
public struct RecordSetDigest: Sendable, Hashable {
  public static let bucketCount = 256
  /// Bytes of a record's hash and of a bucket.
  public static let hashByteCount = 16

  /// The buckets one after another, 4,096 bytes.
  public private(set) var bytes: [UInt8]

  /// The digest of an empty set.
  public init() { bytes = [UInt8](repeating: 0, count: Self.bucketCount * Self.hashByteCount) }

  /// Nil unless there are 4,096 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.bucketCount * Self.hashByteCount else { return nil }
    self.bytes = bytes
  }

  /// The digest of these records. Throws the encoder's error.
  public init(persons: [PersonRecord], credentials: [CredentialRecord]) throws {
    self.init()
    for record in persons { toggle(try record.recordHash(), inBucket: Self.bucket(of: record.id)) }
    for record in credentials where record.countsInDigest {
      toggle(try record.recordHash(), inBucket: Self.bucket(of: record.id))
    }
  }

  /// The bucket of a record, 0 to 255.
  public static func bucket(of id: String) -> Int {
    var first = 0
    for byte in SHA256.hash(data: Data(id.utf8)) {
      first = Int(byte)
      break
    }
    return first
  }

  /// Adds a record, or removes it if it is in. A hash of another length changes nothing.
  public mutating func toggle(_ hash: [UInt8], inBucket bucket: Int) {
    guard hash.count == Self.hashByteCount, (0..<Self.bucketCount).contains(bucket) else { return }
    let start = bucket * Self.hashByteCount
    for index in 0..<Self.hashByteCount { bytes[start + index] ^= hash[index] }
  }

  /// SHA-256 over all buckets, in base64url: equal if and only if all buckets are.
  public var root: String { Data(SHA256.hash(data: Data(bytes))).base64URL }

  /// Each bucket in base64url.
  public var buckets: [String] {
    (0..<Self.bucketCount).map { number in
      Data(bytes[number * Self.hashByteCount..<(number + 1) * Self.hashByteCount]).base64URL
    }
  }

  fileprivate static func hash(_ kind: String, _ record: some Encodable) throws -> [UInt8] {
    var text = Array("\(kind)\n".utf8)
    text += try JSONCoding.encode(record)
    return Array(SHA256.hash(data: Data(text)).prefix(hashByteCount))
  }
}

extension PersonRecord {
  /// See ``RecordSetDigest``. Throws the encoder's error.
  public func recordHash() throws -> [UInt8] { try RecordSetDigest.hash("person", self) }
}

extension CredentialRecord {
  /// See ``RecordSetDigest``. Throws the encoder's error.
  public func recordHash() throws -> [UInt8] { try RecordSetDigest.hash("credential", self) }

  /// Only active credentials are in the digest: a controller may keep a revoked one or not.
  public var countsInDigest: Bool { status == "active" }
}
