extension Migrations {
    /// Who there is, who may what, secrets and the audit log. What statements look at or move has a column; the rest of a
    /// row is one text.
    static let access = """
        -- How often anything below but the audit log was changed.
        CREATE TABLE identity_revision (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
        INSERT INTO identity_revision VALUES (1, 0);
        CREATE TABLE users (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL,
            version INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE service_accounts (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL,
            version INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE api_keys (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), owner TEXT NOT NULL, definition TEXT NOT NULL,
            last_used_at INTEGER, version INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX api_keys_of_owner ON api_keys (owner, id);
        CREATE TABLE grants (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), subject TEXT NOT NULL, definition TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX grants_of_subject ON grants (subject, id);
        CREATE TABLE refresh_families (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), subject TEXT NOT NULL, definition TEXT NOT NULL,
            expires_at INTEGER NOT NULL, revoked_at INTEGER, version INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX refresh_families_of_subject ON refresh_families (subject);
        CREATE INDEX refresh_families_by_end ON refresh_families (expires_at);
        CREATE TABLE secrets (
            service TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, master_key_id TEXT NOT NULL,
            wrapped_key BLOB NOT NULL, box BLOB NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,
            expires_at INTEGER, PRIMARY KEY (service, name, version)
        ) WITHOUT ROWID;
        -- The current version of each, once; lists by name.
        CREATE UNIQUE INDEX secrets_current ON secrets (service, name) WHERE expires_at IS NULL;
        CREATE INDEX secrets_by_master_key ON secrets (master_key_id);
        CREATE INDEX secrets_by_end ON secrets (expires_at) WHERE expires_at IS NOT NULL;
        CREATE TABLE audit_entries (
            sequence INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, principal TEXT NOT NULL, credential TEXT,
            address TEXT, operation TEXT NOT NULL, resource TEXT, service TEXT, is_allowed INTEGER NOT NULL,
            before TEXT, after TEXT, request_id TEXT, previous BLOB NOT NULL, hash BLOB NOT NULL
        );
        -- A row's number, its sequence, stands at the end of each.
        CREATE INDEX audit_of_principal ON audit_entries (principal);
        CREATE INDEX audit_of_operation ON audit_entries (operation);
        CREATE INDEX audit_of_resource ON audit_entries (resource) WHERE resource IS NOT NULL;
        CREATE INDEX audit_of_service ON audit_entries (service) WHERE service IS NOT NULL;
        -- Where the log ends.
        CREATE TABLE audit_head (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, hash BLOB NOT NULL
        );
        INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
        -- Against accidents; who means harm is found by the chain.
        CREATE TRIGGER audit_stays BEFORE UPDATE ON audit_entries
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        CREATE TRIGGER audit_grows BEFORE DELETE ON audit_entries
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        """
}
