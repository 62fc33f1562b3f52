"""Calls every tool of `tandem mcp` by the official client, again and again, until the database holds `expected` events.

After the first round, which finds fewer, it says so: then a sync starts to write. Prints the number of rounds.
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

COUNT = "SELECT count(*) FROM raw_events"
CALLS = [
    ("summary", {}),
    ("list_tables", {}),
    ("describe_table", {"table": "cgm_readings"}),
    ("day", {}),
    ("query", {"sql": COUNT}),
]


async def answers(session):
    """Every tool's answer, parsed; an error ends the program."""
    parsed = {}
    for tool, arguments in CALLS:
        result = await session.call_tool(tool, arguments)
        text = result.content[0].text
        failed = getattr(result, "isError", getattr(result, "is_error", None))
        assert not failed, f"{tool}: {text}"
        parsed[tool] = json.loads(text)
    return parsed


async def main(tandem, database, expected):
    server = StdioServerParameters(command=tandem, args=["mcp", "--db", database], env=dict(os.environ))
    async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as session:
        await session.initialize()
        tools = {tool.name for tool in (await session.list_tools()).tools}
        assert tools == {tool for tool, _ in CALLS}, tools
        counts = []
        while not counts or counts[-1] < expected:
            assert len(counts) < 2000, f"the sync does not bring all events: {counts[-1]}"
            counts.append((await answers(session))["query"]["rows"][0][0])
            if len(counts) == 1:
                print("ready", flush=True)
        assert counts == sorted(counts), counts
        print(json.dumps({"first": counts[0], "last": counts[-1], "rounds": len(counts)}), flush=True)


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
