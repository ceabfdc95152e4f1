internal import PunctualAccess

extension RouteTable {
    /// Audit, Access, Notifications and Settings.
    mutating func addAccessPages() {
        page("/audit", .viewPage, AuditPage.show)
        page("/access", .viewPage, AccountPage.show)
        // What is guessed at there counts as a sign-in does.
        form("/access/password", .sendPassword, AccountPage.changePassword)
        form("/access/second-factor", .sendPassword, AccountPage.secondFactor)
        form("/access/sign-out", .sendForm, AccountPage.signOutEverywhere)
        for kind in [PersonKind.user, .account] {
            let (people, person) = (PeoplePage(kind: kind), PersonPage(kind: kind))
            page(kind.path, .viewPage, people.show)
            form(kind.path, .sendForm, people.create)
            page("\(kind.path)/{id}", .viewPage, person.show)
            form("\(kind.path)/{id}", .sendForm, person.send)
        }
        page("/access/grants", .viewPage, GrantForms.show)
        form("/access/grants", .sendForm, GrantForms.send)
        page("/access/keys", .viewPage, KeyForms.show)
        form("/access/keys", .sendForm, KeyForms.send)
        page("/access/secrets", .viewPage, SecretsPage.show)
        form("/access/secrets", .sendForm, SecretsPage.send)
        page("/notifications", .viewPage, NotificationPages.list)
        // Beside them, since a notification may have any name.
        page("/new-notification", .viewPage, NotificationPages.new)
        form("/new-notification", .sendForm, NotificationPages.create)
        page("/notifications/{id}", .viewPage, NotificationPages.show)
        form("/notifications/{id}", .sendForm, NotificationPages.send)
        page("/notifications/{id}/edit", .viewPage, NotificationPages.edit)
        form("/notifications/{id}/edit", .sendForm, NotificationPages.change)
        page("/settings", .viewPage, SettingsPage.show)
        form("/settings/log-levels", .sendForm, SettingsPage.sendLevel)
    }
}
