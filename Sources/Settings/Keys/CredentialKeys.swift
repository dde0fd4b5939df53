/// The files of keys by which credentials are known.
enum CredentialKeys {
  static let section = SettingsSection(
    title: "Credential keys",
    text: """
      The settings only name the files. Files of keys hold secrets: only the user `postern` may be
      able to read them.
      """,
    keys: [
      .file(
        "credentials.keyFile", .at(\.credentials.keyFile), .required(nil),
        about: "The key under which credentials are digested, 32 bytes."),
      .file(
        "credentials.previousKeyFile", .at(\.credentials.previousKeyFile),
        about: "The key before that one, while credentials digested under it are still valid."),
      .file(
        "credentials.offlinePINKeyFile", .at(\.credentials.offlinePINKeyFile),
        about: "The keys of offline PINs; without it no offline PIN is accepted."),
      .file(
        "credentials.issuerRootsFile", .at(\.credentials.issuerRootsFile),
        about:
          "The roots of issuers, a line `KEYID BASE64URL` each; without it no key can be handed over on site."
      ),
    ])
}
