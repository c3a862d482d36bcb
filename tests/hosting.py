"""Host platforms for tests: a host with its key, its users, and people who link an account to it."""

ADULT = "1990-05-17"


async def make_host(client, cast, name):
    """A host, and the headers of a key of its own."""
    host = (await client.post("/v1/office/hosts", json={"name": name}, headers=cast.olga.headers)).json()
    key = {"name": f"{name}'s server", "scopes": ["gifts:write", "users:write"], "host": host["id"]}
    made = (await client.post("/v1/api-keys", json=key, headers=cast.olga.headers)).json()
    return host | {"headers": {"Authorization": f"Bearer {made['key']}"}, "key": made}


async def put(client, host, name, **more):
    """What the host tells of a user."""
    body = {"host_user": name, "country": "US"} | more
    return await client.post("/v1/host-users", json=body, headers=host["headers"])


async def key_of(accounts, host):
    """The host's integer key, as its API key carries it."""
    return (await accounts.authenticate(host["headers"]["Authorization"].split()[1])).host


async def code_of(client, host, member):
    """A code that somebody makes for the host."""
    made = await client.post("/v1/me/host-codes", json={"host": host["id"]}, headers=member.headers)
    assert made.status_code == 201, made.text
    return made.json()["code"]


async def link(client, host, member, name="alice-there"):
    """The host links somebody's account by their code."""
    body = {"code": await code_of(client, host, member), "host_user": name}
    return await client.post("/v1/host-links", json=body, headers=host["headers"])
