-- A copy of the database neither takes the events of the telephone system nor dials:
-- production's lines are closed, their addresses and secrets are forgotten.
UPDATE call_provider
   SET active = false,
       token_hash = NULL,
       token_date = NULL,
       auth_token_stored = NULL,
       public_key_stored = NULL,
       connector_seen = NULL;
DELETE FROM phone_call_order;
