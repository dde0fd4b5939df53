/// Every operation of the API. The OpenAPI document has the same, which a test holds.
enum RouteTable {
  static let all: [Operation] =
    TokenRoutes.all + SiteRoutes.all + DoorRoutes.all + PersonRoutes.all + CodeRoutes.all
    + ReservationRoutes.all + CredentialRoutes.all + UnlockRoutes.all + EventRoutes.all
    + AuditRoutes.all + WebhookRoutes.all + WebhookRoutes.deliveries
}
