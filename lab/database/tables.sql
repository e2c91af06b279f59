-- Orders what must never be ordered by a clock: builds, ownerships, migrations, operations.
CREATE SEQUENCE change_order;

CREATE TABLE environments (
  id text PRIMARY KEY,
  class text NOT NULL CHECK (class IN ('production', 'staging'))
);

CREATE TABLE placements (
  environment text NOT NULL REFERENCES environments,
  app text NOT NULL,
  database text NOT NULL,
  data_class text NOT NULL,
  PRIMARY KEY (environment, app)
);

CREATE TABLE artifacts (
  digest text PRIMARY KEY,
  app text NOT NULL,
  version integer NOT NULL,
  ref text NOT NULL,
  schema_min integer NOT NULL,
  schema_max integer NOT NULL,
  error_ratio double precision NOT NULL CHECK (error_ratio BETWEEN 0 AND 1),
  present boolean NOT NULL DEFAULT true,
  built_order bigint NOT NULL DEFAULT nextval('change_order'),
  built_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (app, version)
);

CREATE TABLE commits (
  commit text PRIMARY KEY,
  digest text NOT NULL REFERENCES artifacts,
  title text NOT NULL,
  position bigint NOT NULL DEFAULT nextval('change_order')
);

-- The unique key is what makes a request idempotent, also while its twin is still under way.
CREATE TABLE operations (
  id text PRIMARY KEY,
  kind text NOT NULL,
  state text NOT NULL,
  idempotency_key text NOT NULL UNIQUE,
  origin text NOT NULL CHECK (origin IN ('client', 'admin', 'seed')),
  environment text,
  app text,
  edge text,
  request jsonb NOT NULL,
  result jsonb NOT NULL DEFAULT '{}',
  begun_order bigint NOT NULL DEFAULT nextval('change_order'),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reached_at timestamptz
);

CREATE TABLE route_owners (
  environment text NOT NULL,
  app text NOT NULL,
  digest text NOT NULL REFERENCES artifacts,
  epoch integer NOT NULL,
  operation text NOT NULL REFERENCES operations,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment, app),
  FOREIGN KEY (environment, app) REFERENCES placements
);

CREATE TABLE ownerships (
  environment text NOT NULL,
  app text NOT NULL,
  epoch integer NOT NULL,
  digest text NOT NULL REFERENCES artifacts,
  healthy boolean NOT NULL,
  operation text NOT NULL REFERENCES operations,
  since_order bigint NOT NULL DEFAULT nextval('change_order'),
  until_order bigint,
  PRIMARY KEY (environment, app, epoch)
);

CREATE TABLE migrations (
  environment text NOT NULL,
  app text NOT NULL,
  version integer NOT NULL,
  destructive boolean NOT NULL,
  breaking boolean NOT NULL,
  applied_order bigint NOT NULL DEFAULT nextval('change_order'),
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment, app, version),
  FOREIGN KEY (environment, app) REFERENCES placements
);

CREATE TABLE freezes (
  environment text PRIMARY KEY REFERENCES environments,
  id text NOT NULL,
  reason text NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE bindings (
  environment text NOT NULL,
  app text NOT NULL,
  binding text NOT NULL,
  provider text NOT NULL,
  state text NOT NULL CHECK (state IN ('ready', 'degraded', 'missing')),
  PRIMARY KEY (environment, app, binding)
);

-- Written by the host agents, never by the control plane.
CREATE TABLE allocations (
  host text NOT NULL,
  environment text NOT NULL,
  app text NOT NULL,
  id text NOT NULL,
  digest text NOT NULL,
  epoch integer NOT NULL,
  ready boolean NOT NULL,
  PRIMARY KEY (host, environment, app)
);

-- Route events, committed together with the change that they tell of.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event jsonb NOT NULL
);

-- The newest fencing token that a change was made with, by resource.
CREATE TABLE fences (
  resource text PRIMARY KEY,
  token bigint NOT NULL
);
