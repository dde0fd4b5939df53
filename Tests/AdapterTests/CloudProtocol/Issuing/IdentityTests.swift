import Certificates
import ChildProcesses
import CloudProtocol
import DoorRules
import Foundation
import HostLinux
import Testing

@Suite("A device's identity (C1, D12)")
struct IdentityTests {
  private let gate = ControllerID("gate-1")!

  private func side(_ seed: UInt8) throws -> DeviceAgreement {
    try DeviceAgreement(privateKeyBytes: Secret(Array(repeating: seed, count: 32)))
  }

  @Test("both sides compute the same keys, another device or cloud others, each use its own")
  func agreement() throws {
    let device = try side(1)
    let cloud = try side(2)
    var seen: Set<[UInt8]> = []
    for use in DeviceAgreement.Use.allCases {
      let here = try device.key(for: use, of: gate, with: cloud.publicKeyBytes)
      #expect(here == (try cloud.key(for: use, of: gate, with: device.publicKeyBytes)))
      #expect(seen.insert(here.reveal()).inserted)
      for (other, name) in [(try side(3), gate), (device, ControllerID("gate-2")!)] {
        #expect(
          seen.insert(
            try other.key(for: use, of: name, with: cloud.publicKeyBytes).reveal()
          ).inserted)
      }
    }
  }

  @Test("a public key that is none, or with which everybody would agree, is refused")
  func weak() throws {
    let device = try side(1)
    for bytes in [[], Array(repeating: 0, count: 32), Array(repeating: 1, count: 31)] as [[UInt8]] {
      #expect(throws: EnvelopeKeyFailure.self) {
        try device.key(for: .credentials, of: gate, with: bytes)
      }
    }
  }

  @Test(
    "D12: openssl verifies the request, and takes the key that it was made with",
    arguments: CertificateRequest.KeyKind.allCases)
  func request(kind: CertificateRequest.KeyKind) throws {
    let store = StoreFixture()
    let made = try CertificateRequest(controller: gate, newKey: kind)
    let again = try CertificateRequest(controller: gate, privateKey: made.privateKey)
    #expect(again.privateKey.reveal() == made.privateKey.reveal())
    try store.write(Data(made.request.utf8), to: "client.csr")
    try KeyFile.create(path: store.path("client.key"), text: made.privateKey)
    func openssl(_ arguments: String...) throws -> Int32 {
      let out = store.path("out")
      return try ChildProcess("/usr/bin/openssl", arguments, output: out, errors: out).wait()
    }
    #expect(
      try openssl(
        "req", "-in", store.path("client.csr"), "-verify", "-noout", "-subject") == 0)
    #expect(String(decoding: try store.bytes("out"), as: UTF8.self).contains("CN = gate-1"))
    #expect(
      try openssl(
        "req", "-in", store.path("client.csr"), "-noout", "-pubkey", "-out",
        store.path("a")) == 0)
    #expect(
      try openssl("pkey", "-in", store.path("client.key"), "-pubout", "-out", store.path("b")) == 0)
    #expect(try store.bytes("a") == store.bytes("b"))
  }

  @Test("the request of an Ed25519 key is the bytes that openssl writes")
  func bytes() throws {
    let made = try CertificateRequest(
      controller: gate,
      privateKey: Secret(
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIAkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ
        -----END PRIVATE KEY-----

        """))
    #expect(
      made.request == """
        -----BEGIN CERTIFICATE REQUEST-----
        MIGQMEQCAQAwETEPMA0GA1UEAwwGZ2F0ZS0xMCowBQYDK2VwAyEA/RckOFqgx1tk
        +3jNYC+h2ZH96/drE8WO1wLqyDXp9higADAFBgMrZXADQQD3eM6H0NXzwfJT7C6U
        wSvNoUCdGSRQQB7JjhrSV+SJKdO7uWMT1jDOUi3SeOEh79Brkjz+W0grol3xJx5L
        0jsL
        -----END CERTIFICATE REQUEST-----

        """)
  }

  @Test("a text that is no private key of this program makes no request")
  func noKey() {
    for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
      #expect(throws: EnvelopeKeyFailure.self) {
        try CertificateRequest(controller: gate, privateKey: Secret(text))
      }
    }
  }
}
