extension Schema {
    /// Who there is, who may what, secrets and the audit log. What statements look at or move has a column; the rest of a
    /// row is one text.
    static let access = """
        -- How often anything below but the audit log was changed; the last row that a change locks.
        CREATE TABLE identity_revision (is_only bool NOT NULL PRIMARY KEY CHECK (is_only), revision int8 NOT NULL)
        --
        INSERT INTO identity_revision VALUES (true, 0)
        --
        -- written_by: of the call that wrote the row last, so that a repeated call knows its own.
        CREATE TABLE users (
            id uuid NOT NULL PRIMARY KEY, name text COLLATE "C" NOT NULL CONSTRAINT users_name UNIQUE,
            definition text NOT NULL, version int8 NOT NULL, written_by uuid NOT NULL
        )
        --
        CREATE TABLE service_accounts (
            id uuid NOT NULL PRIMARY KEY, name text COLLATE "C" NOT NULL CONSTRAINT service_accounts_name UNIQUE,
            definition text NOT NULL, version int8 NOT NULL, written_by uuid NOT NULL
        )
        --
        -- Room on the page for notes of use, which touch no index.
        CREATE TABLE api_keys (
            id uuid NOT NULL PRIMARY KEY, owner text COLLATE "C" NOT NULL, definition text NOT NULL,
            last_used_at int8, version int8 NOT NULL, written_by uuid NOT NULL
        ) WITH (fillfactor = 70)
        --
        CREATE INDEX api_keys_of_owner ON api_keys (owner, id)
        --
        CREATE TABLE grants (id uuid NOT NULL PRIMARY KEY, subject text COLLATE "C" NOT NULL, definition text NOT NULL)
        --
        CREATE INDEX grants_of_subject ON grants (subject, id)
        --
        CREATE TABLE refresh_families (
            id uuid NOT NULL PRIMARY KEY, subject text COLLATE "C" NOT NULL, definition text NOT NULL,
            expires_at int8 NOT NULL, revoked_at int8, version int8 NOT NULL, written_by uuid NOT NULL
        ) WITH (fillfactor = 70)
        --
        CREATE INDEX refresh_families_of_subject ON refresh_families (subject)
        --
        CREATE INDEX refresh_families_by_end ON refresh_families (expires_at)
        --
        CREATE TABLE secrets (
            service text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, version int8 NOT NULL,
            master_key_id text COLLATE "C" NOT NULL, wrapped_key bytea NOT NULL, box bytea NOT NULL,
            created_at int8 NOT NULL, created_by text NOT NULL, expires_at int8, written_by uuid NOT NULL,
            PRIMARY KEY (service, name, version)
        )
        --
        -- The current version of each, once; lists by name.
        CREATE UNIQUE INDEX secrets_current ON secrets (service, name) WHERE expires_at IS NULL
        --
        CREATE INDEX secrets_by_master_key ON secrets (master_key_id)
        --
        CREATE INDEX secrets_by_end ON secrets (expires_at) WHERE expires_at IS NOT NULL
        --
        -- before and after are text, not jsonb: the chain of hashes is over their bytes.
        CREATE TABLE audit_entries (
            sequence int8 NOT NULL PRIMARY KEY, at int8 NOT NULL, principal text COLLATE "C" NOT NULL, credential text,
            address text, operation text COLLATE "C" NOT NULL, resource text COLLATE "C", service text COLLATE "C",
            is_allowed bool NOT NULL, before text, after text, request_id text, previous bytea NOT NULL,
            hash bytea NOT NULL, written_by uuid NOT NULL
        )
        --
        CREATE INDEX audit_of_principal ON audit_entries (principal, sequence)
        --
        CREATE INDEX audit_of_operation ON audit_entries (operation, sequence)
        --
        CREATE INDEX audit_of_resource ON audit_entries (resource, sequence) WHERE resource IS NOT NULL
        --
        CREATE INDEX audit_of_service ON audit_entries (service, sequence) WHERE service IS NOT NULL
        --
        -- Where the log ends. Its lock makes one chain of what many nodes append.
        CREATE TABLE audit_head (
            is_only bool NOT NULL PRIMARY KEY CHECK (is_only), sequence int8 NOT NULL, hash bytea NOT NULL
        )
        --
        INSERT INTO audit_head VALUES (true, 0, decode(repeat('00', 32), 'hex'))
        --
        -- Against accidents; who means harm is found by the chain.
        CREATE FUNCTION punctual_audit_grows() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RAISE EXCEPTION ''the audit log only grows''; END'
        --
        CREATE TRIGGER audit_grows BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION punctual_audit_grows()
        """

    /// The trigger on rows does not see TRUNCATE.
    static let auditNotEmptied = """
        CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION punctual_audit_grows()
        """
}
