/// The files of keys by which credentials are known.
enum CredentialKeys {
  static let section = SettingsSection(
    title: "Credential keys",
    text: """
      The files hold secrets; the settings only name the files. Each must be readable by the user
      `postern` and by nobody else.
      """,
    keys: [
      .file(
        "credentials.keyFile", .at(\.credentialKeyFile), .required(nil),
        about: "The key under which credentials are digested, 32 bytes."),
      .file(
        "credentials.previousKeyFile", .at(\.previousCredentialKeyFile),
        about: "The key before that one, while credentials digested under it are still valid."),
      .file(
        "credentials.offlinePINKeyFile", .at(\.offlinePINKeyFile),
        about: "The keys of offline PINs; without it no offline PIN is accepted."),
      .file(
        "credentials.issuerRootsFile", .at(\.issuerRootsFile),
        about:
          "The roots of issuers, a line `KEYID BASE64URL` each; without it no key can be handed over on site."
      ),
    ])
}
