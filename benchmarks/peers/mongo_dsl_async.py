"""mongo-dsl itself, in the same table as its async peers."""

from __future__ import annotations

from benchmarks.building import built
from benchmarks.documents import Account, Order, new_order
from benchmarks.peers.shapes import Calls, main
from benchmarks.reading import READS
from mapper import connect_async


async def connect(uri: str, database: str) -> Calls:
    mapper = connect_async(uri, database)
    return Calls(
        nested=lambda: mapper.find(Order).to_list(),
        flat=lambda: mapper.find(Account).to_list(),
        page=lambda: mapper.find(Order).limit(100).to_list(),
        get=lambda one: mapper.get(Order, one),
        new=new_order,
        insert=mapper.insert_many,
        build=built,
        held=("ours",),
        reads=READS[Order],
    )


if __name__ == "__main__":
    main(connect, is_async=True)
