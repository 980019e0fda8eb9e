"""mongo-dsl itself, in the same table as its peers."""

from __future__ import annotations

from benchmarks.building import built
from benchmarks.documents import Account, Order, new_order
from benchmarks.peers.shapes import Calls, main
from benchmarks.reading import READS
from mapper import connect as connect_mapper


def connect(uri: str, database: str) -> Calls:
    mapper = connect_mapper(uri, database)
    return Calls(
        nested=mapper.find(Order).to_list,
        flat=mapper.find(Account).to_list,
        page=lambda: mapper.find(Order).limit(100).to_list(),
        get=lambda one: mapper.get(Order, one),
        new=new_order,
        insert=mapper.insert_many,
        build=built,
        held=("ours",),
        reads=READS[Order],
    )


if __name__ == "__main__":
    main(connect)
