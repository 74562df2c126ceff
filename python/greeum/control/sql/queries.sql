--- Every statement of the control store, each under a line that gives its name and its reason.

-- key: whose a key is, by its public part
SELECT public_id, tenant, role, root, rate, label, created_at, revoked_at, trust, hash FROM keys WHERE public_id = ?

-- keys: all of them, or those of one tenant, oldest first
SELECT public_id, tenant, role, root, rate, label, created_at, revoked_at, trust, hash
FROM keys
WHERE ?1 IS NULL OR tenant = ?1
ORDER BY created_at, public_id

-- tenants: who there is
SELECT name FROM tenants ORDER BY name

-- add_tenant: a tenant begins with its first key
INSERT INTO tenants (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING

-- add_key: the hash of the key, never the key
INSERT INTO keys (public_id, tenant, role, root, rate, label, created_at, trust, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- revoke: the first time counts
UPDATE keys SET revoked_at = ? WHERE public_id = ? AND revoked_at IS NULL
