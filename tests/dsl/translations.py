"""MQL of every form, for translations: what is right, and what is wrong with the rest."""

import datetime as dt
import re

from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)


DAY = dt.datetime(2023, 3, 1, tzinfo=dt.timezone.utc)
OID = ObjectId("64b7f0c2a1b2c3d4e5f60718")
MILAN = {"type": "Point", "coordinates": [9.19, 45.46]}
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]]}

PIPELINES = [
    [],
    [{"$match": {}}],
    [
        {"$match": {"status": "A"}},
        {"$group": {"_id": "$cust_id", "total": {"$sum": "$amount"}}},
        {"$sort": {"total": -1}},
    ],
    [
        {
            "$group": {
                "_id": None,
                "n": {"$sum": 1},
                "avg": {"$avg": {"$multiply": ["$price", "$qty"]}},
            }
        }
    ],
    [
        {
            "$group": {
                "_id": {"year": {"$year": "$date"}, "month": {"$month": "$date"}},
                "total": {"$sum": "$x"},
            }
        }
    ],
    [{"$group": {"_id": {}, "n": {"$sum": 1}}}],
    [{"$group": {"_id": 1, "n": {"$sum": 1}}}],
    [{"$group": {"_id": "all", "n": {"$sum": 1}}}],
    [{"$group": {"_id": {"k": 1, "s": "const", "d": "$d"}, "n": {"$sum": 1.0}}}],
    [{"$group": {"n": {"$sum": 1}, "_id": "$a.b"}}],
    [{"$group": {"_id": ["$a", "$b"], "items": {"$push": "$$ROOT"}}}],
    [
        {
            "$group": {
                "_id": "$a",
                "items": {
                    "$push": {"name": "$name", "qty": "$qty", "const": 1, "s": "lit"}
                },
                "u": {"$addToSet": {"$toLower": "$tag"}},
            }
        }
    ],
    [
        {
            "$group": {
                "_id": "$a",
                "first": {"$first": "$$ROOT"},
                "last": {"$last": "$x"},
                "mn": {"$min": "$x"},
                "mx": {"$max": "$x"},
                "sd": {"$stdDevPop": "$x"},
                "ss": {"$stdDevSamp": "$x"},
            }
        }
    ],
    [{"$group": {"_id": "$a", "count": {"$count": {}}}}],
    [{"$group": {"_id": "$a", "m": {"$mergeObjects": "$o"}}}],
    [
        {
            "$group": {
                "_id": "$team",
                "top": {
                    "$top": {"output": ["$player", "$score"], "sortBy": {"score": -1}}
                },
                "bn": {
                    "$bottomN": {
                        "n": 2,
                        "sortBy": {"score": -1, "x": 1},
                        "output": "$player",
                    }
                },
            }
        }
    ],
    [
        {
            "$group": {
                "_id": "$team",
                "f": {"$firstN": {"input": "$x", "n": 3}},
                "mx": {
                    "$maxN": {
                        "n": {"$cond": [{"$eq": ["$team", "a"]}, 1, 3]},
                        "input": ["$x", "$y"],
                    }
                },
            }
        }
    ],
    [
        {
            "$group": {
                "_id": None,
                "p": {
                    "$percentile": {
                        "input": "$x",
                        "p": [0.5, 0.9],
                        "method": "approximate",
                    }
                },
                "m": {"$median": {"input": "$x", "method": "approximate"}},
            }
        }
    ],
    [
        {
            "$group": {
                "_id": "$author",
                "avgCopies": {
                    "$accumulator": {
                        "init": Code("function(){return {count:0,sum:0}}"),
                        "accumulate": Code(
                            "function(s,n){return {count:s.count+1,sum:s.sum+n}}"
                        ),
                        "accumulateArgs": ["$copies"],
                        "merge": Code("function(a,b){return a}"),
                        "finalize": Code("function(s){return s.sum/s.count}"),
                        "lang": "js",
                    }
                },
            }
        }
    ],
    [
        {
            "$group": {
                "_id": "$a",
                "v": {
                    "$accumulator": {
                        "init": "function(x){return x}",
                        "initArgs": ["$a"],
                        "accumulate": "function(s,n){return s+n}",
                        "accumulateArgs": ["$n"],
                        "merge": "function(a,b){return a+b}",
                        "lang": "js",
                    }
                },
            }
        }
    ],
    [
        {
            "$group": {
                "_id": "$a",
                "n": {"$sum": {"$cond": [{"$eq": ["$status", "open"]}, 1, 0]}},
                "c": {
                    "$sum": {
                        "$cond": {
                            "if": {"$gte": ["$qty", 10]},
                            "then": "$qty",
                            "else": 0,
                        }
                    }
                },
            }
        }
    ],
    [{"$group": {"_id": "$a", "n": {"$sum": ["$x", "$y"]}}}],
    [
        {
            "$group": {
                "_id": "$a",
                "total amount": {"$sum": "$x"},
                "2nd": {"$last": "$y"},
                "class": {"$first": "$class"},
            }
        }
    ],
    [
        {
            "$bucket": {
                "groupBy": "$year_born",
                "boundaries": [1840, 1850, 1860],
                "default": "Other",
                "output": {
                    "count": {"$sum": 1},
                    "artists": {
                        "$push": {
                            "name": {"$concat": ["$first_name", " ", "$last_name"]},
                            "year": "$year_born",
                        }
                    },
                },
            }
        }
    ],
    [
        {
            "$bucket": {
                "groupBy": "$price",
                "boundaries": [0, 200, float("inf")],
                "output": {},
            }
        }
    ],
    [
        {
            "$bucket": {
                "boundaries": [DAY, DAY + dt.timedelta(hours=720)],
                "groupBy": "$at",
                "default": None,
            }
        }
    ],
    [
        {
            "$bucketAuto": {
                "groupBy": {"$multiply": ["$w", "$h"]},
                "buckets": 5,
                "granularity": "1-2-5",
                "output": {"n": {"$sum": 1}},
            }
        }
    ],
    [{"$bucketAuto": {"buckets": 4, "groupBy": "$price"}}],
    [
        {
            "$facet": {
                "byTag": [{"$unwind": "$tags"}, {"$sortByCount": "$tags"}],
                "by-price": [
                    {"$match": {"price": {"$exists": 1}}},
                    {"$bucket": {"groupBy": "$price", "boundaries": [0, 150]}},
                ],
                "all": [],
            }
        }
    ],
    [
        {
            "$facet": {
                "meta": [{"$count": "total"}, {"$addFields": {"page": 3}}],
                "data": [{"$skip": 20}, {"$limit": 10}],
            }
        },
        {"$unwind": "$meta"},
    ],
    [
        {
            "$graphLookup": {
                "from": "employees",
                "startWith": "$reportsTo",
                "connectFromField": "reportsTo",
                "connectToField": "name",
                "as": "hierarchy",
            }
        }
    ],
    [
        {
            "$graphLookup": {
                "from": "airports",
                "startWith": "$nearestAirport",
                "connectFromField": "connects",
                "connectToField": "airport",
                "maxDepth": 2,
                "depthField": "numConnections",
                "as": "destinations",
                "restrictSearchWithMatch": {"hobbies": "golf", "n": {"$gt": 1}},
            }
        }
    ],
    [
        {
            "$graphLookup": {
                "as": "h",
                "from": "e",
                "startWith": ["$a", "$b"],
                "connectToField": "x.y",
                "connectFromField": "_id",
            }
        }
    ],
    [
        {
            "$setWindowFields": {
                "partitionBy": "$state",
                "sortBy": {"orderDate": 1},
                "output": {
                    "cum": {
                        "$sum": "$quantity",
                        "window": {"documents": ["unbounded", "current"]},
                    }
                },
            }
        }
    ],
    [
        {
            "$setWindowFields": {
                "sortBy": {"t": 1},
                "output": {
                    "avg.last": {
                        "$avg": "$v",
                        "window": {"range": [-30, 0], "unit": "day"},
                    },
                    "rank": {"$rank": {}},
                    "dr": {"$denseRank": {}},
                    "dn": {"$documentNumber": {}},
                    "ema": {"$expMovingAvg": {"input": "$p", "N": 5}},
                    "ema2": {"$expMovingAvg": {"input": "$p", "alpha": 0.3}},
                    "sh": {"$shift": {"output": "$q", "by": -1, "default": "none"}},
                    "lf": {"$locf": "$v"},
                    "lin": {"$linearFill": "$v"},
                },
            }
        }
    ],
    [
        {
            "$setWindowFields": {
                "partitionBy": {"$year": "$d"},
                "sortBy": {"d": -1, "x": 1},
                "output": {
                    "der": {
                        "$derivative": {"input": "$v", "unit": "hour"},
                        "window": {"range": [-30, 0], "unit": "second"},
                    },
                    "int": {
                        "$integral": {"input": "$v", "unit": "hour"},
                        "window": {"range": ["unbounded", "current"], "unit": "hour"},
                    },
                    "cov": {
                        "$covariancePop": [{"$year": "$d"}, "$q"],
                        "window": {"documents": ["unbounded", "current"]},
                    },
                },
            }
        }
    ],
    [
        {
            "$setWindowFields": {
                "output": {
                    "n": {"$count": {}, "window": {}},
                    "all": {"$push": "$x"},
                    "mm": {"$minMaxScaler": {"input": "$x", "min": 0, "max": 100}},
                    "f": {"$first": "$x", "window": {"documents": [-1, 1]}},
                }
            }
        }
    ],
    [{"$merge": "out"}],
    [{"$merge": {"into": "out"}}],
    [
        {
            "$merge": {
                "into": {"db": "reporting", "coll": "totals"},
                "on": ["a", "b"],
                "whenMatched": "replace",
                "whenNotMatched": "insert",
            }
        }
    ],
    [
        {
            "$merge": {
                "into": "monthlytotals",
                "on": "_id",
                "let": {"new": "$$ROOT", "year": "2020"},
                "whenMatched": [
                    {
                        "$addFields": {
                            "thumbsup": {"$add": ["$thumbsup", "$$new.thumbsup"]}
                        }
                    }
                ],
                "whenNotMatched": "discard",
            }
        }
    ],
    [
        {
            "$merge": {
                "whenMatched": [
                    {"$set": {"n": {"$add": ["$n", "$$new.n"]}}},
                    {"$unset": "tmp"},
                ],
                "into": "x",
            }
        }
    ],
    [
        {
            "$merge": {
                "into": "x",
                "on": ["_id"],
                "whenMatched": "keepExisting",
                "whenNotMatched": "fail",
            }
        }
    ],
    [{"$out": "x"}],
    [{"$out": {"db": "r", "coll": "authors"}}],
    [{"$out": {"coll": "authors", "db": "r"}}],
    [
        {
            "$out": {
                "db": "r",
                "coll": "w",
                "timeseries": {
                    "timeField": "ts",
                    "metaField": "m",
                    "granularity": "hours",
                },
            }
        }
    ],
    [{"$unionWith": "b"}],
    [{"$unionWith": {"coll": "b"}}],
    [{"$unionWith": {"coll": "b", "pipeline": [{"$project": {"x": 1, "_id": 0}}]}}],
    [{"$unionWith": {"pipeline": [{"$documents": [{"a": 1}, {"a": "$b"}]}]}}],
    [{"$unionWith": {"pipeline": [], "coll": "z"}}],
    [
        {
            "$densify": {
                "field": "timestamp",
                "range": {
                    "step": 1,
                    "unit": "hour",
                    "bounds": [DAY, DAY + dt.timedelta(hours=8)],
                },
            }
        }
    ],
    [
        {
            "$densify": {
                "field": "altitude",
                "partitionByFields": ["variety", "a.b"],
                "range": {"bounds": "full", "step": 200},
            }
        }
    ],
    [{"$densify": {"range": {"bounds": "partition", "step": 0.5}, "field": "x"}}],
    [
        {
            "$fill": {
                "output": {
                    "bootsSold": {"value": 0},
                    "x.y": {"value": "$avg"},
                    "z": {"method": "locf"},
                }
            }
        }
    ],
    [
        {
            "$fill": {
                "partitionBy": {"r": "$restaurant"},
                "sortBy": {"date": 1, "b": -1},
                "output": {"score": {"method": "linear"}},
            }
        }
    ],
    [
        {
            "$fill": {
                "sortBy": {"date": 1},
                "partitionByFields": ["a"],
                "output": {"score": {"method": "locf"}},
            }
        }
    ],
    [
        {
            "$geoNear": {
                "near": MILAN,
                "distanceField": "dist.calculated",
                "maxDistance": 2,
                "query": {"category": "Parks"},
                "includeLocs": "dist.location",
                "spherical": True,
            }
        }
    ],
    [
        {
            "$geoNear": {
                "near": [9.1, 45],
                "distanceField": "d",
                "key": "loc",
                "minDistance": 0.1,
                "distanceMultiplier": 6378.1,
            }
        }
    ],
    [
        {
            "$geoNear": {
                "near": {"type": "Point", "coordinates": ["$$pt.0", 3]},
                "distanceField": "d",
            }
        }
    ],
    [
        {
            "$geoNear": {
                "spherical": False,
                "key": "g",
                "query": {},
                "near": MILAN,
                "distanceField": "d",
            }
        }
    ],
    [{"$search": {"text": {"query": "baseball", "path": "plot"}}}],
    [
        {
            "$search": {
                "index": "default",
                "compound": {
                    "must": [{"text": {"query": "varieties", "path": "description"}}],
                    "should": [
                        {
                            "text": {
                                "query": "Fuji",
                                "path": "description",
                                "score": {"boost": {"value": 3}},
                            }
                        }
                    ],
                    "mustNot": [{"equals": {"path": "x", "value": True}}],
                    "filter": [{"range": {"path": "year", "gte": 2013, "lt": 2015}}],
                    "minimumShouldMatch": 1,
                },
                "highlight": {"path": ["title", "desc"]},
                "count": {"type": "total"},
                "sort": {"date": -1},
                "returnStoredSource": True,
                "scoreDetails": True,
                "concurrent": True,
                "tracking": {"searchTerms": "x"},
            }
        }
    ],
    [
        {
            "$search": {
                "autocomplete": {
                    "query": "off",
                    "path": "title",
                    "tokenOrder": "sequential",
                    "fuzzy": {"maxEdits": 1, "prefixLength": 1, "maxExpansions": 256},
                }
            }
        }
    ],
    [
        {
            "$search": {
                "phrase": {
                    "path": "title",
                    "query": ["the man", "the moon"],
                    "slop": 5,
                },
                "highlight": {
                    "path": "title",
                    "maxCharsToExamine": 1000,
                    "maxNumPassages": 3,
                },
            }
        }
    ],
    [
        {
            "$search": {
                "queryString": {"defaultPath": "title", "query": "Rocky AND (IV OR 4)"}
            }
        }
    ],
    [{"$search": {"near": {"path": "released", "origin": DAY, "pivot": 7776000000}}}],
    [
        {
            "$search": {
                "near": {
                    "origin": {"type": "Point", "coordinates": [-8.6, 41.1]},
                    "pivot": 1000,
                    "path": "address.location",
                }
            }
        }
    ],
    [
        {
            "$search": {
                "geoWithin": {
                    "path": "address.location",
                    "circle": {
                        "center": {"type": "Point", "coordinates": [-73.5, 45.5]},
                        "radius": 1600,
                    },
                }
            }
        }
    ],
    [{"$search": {"geoWithin": {"geometry": SQUARE, "path": "loc"}}}],
    [
        {
            "$search": {
                "geoShape": {"relation": "disjoint", "geometry": SQUARE, "path": "loc"}
            }
        }
    ],
    [
        {
            "$search": {
                "moreLikeThis": {"like": {"title": "The Godfather", "genres": "action"}}
            }
        }
    ],
    [{"$search": {"moreLikeThis": {"like": [{"a": 1}, {"b": "x"}]}}}],
    [
        {
            "$search": {
                "regex": {
                    "path": {"wildcard": "*"},
                    "query": "[0-9]{2}.*",
                    "allowAnalyzedField": True,
                }
            }
        }
    ],
    [
        {
            "$search": {
                "wildcard": {
                    "query": "Green D*",
                    "path": ["title", {"value": "x", "multi": "m"}],
                }
            }
        }
    ],
    [
        {
            "$search": {
                "embeddedDocument": {
                    "path": "items",
                    "operator": {
                        "compound": {
                            "must": [
                                {"text": {"path": "items.tags", "query": "school"}}
                            ]
                        }
                    },
                    "score": {"embedded": {"aggregate": "mean"}},
                }
            }
        }
    ],
    [{"$search": {"exists": {"path": "type"}, "index": "i"}}],
    [{"$search": {"in": {"path": "birthdate", "value": [DAY, DAY]}}}],
    [
        {
            "$search": {
                "text": {
                    "path": "t",
                    "query": "x",
                    "synonyms": "s",
                    "matchCriteria": "all",
                    "score": {
                        "function": {
                            "multiply": [
                                {"path": {"value": "rating", "undefined": 2}},
                                {"score": "relevance"},
                                {"log1p": {"path": "n"}},
                                {
                                    "gauss": {
                                        "path": "d",
                                        "origin": 95,
                                        "scale": 5,
                                        "decay": 0.5,
                                    }
                                },
                                {"constant": 3},
                            ]
                        }
                    },
                }
            }
        }
    ],
    [
        {
            "$search": {
                "span": {
                    "first": {
                        "operator": {"term": {"path": "t", "query": "dance"}},
                        "endPositionLte": 2,
                    }
                }
            }
        }
    ],
    [
        {
            "$search": {
                "facet": {
                    "operator": {"near": {"path": "r", "origin": DAY, "pivot": 1}},
                    "facets": {
                        "dir": {"type": "string", "path": "directors", "numBuckets": 7},
                        "y": {
                            "type": "number",
                            "path": "year",
                            "boundaries": [2000, 2005],
                            "default": "other",
                        },
                        "d": {
                            "type": "date",
                            "path": "rel",
                            "boundaries": [DAY, DAY + dt.timedelta(hours=216)],
                        },
                    },
                }
            }
        }
    ],
    [
        {
            "$searchMeta": {
                "index": "x",
                "facet": {
                    "operator": {
                        "compound": {"filter": {"text": {"query": "a", "path": "b"}}}
                    },
                    "facets": {"g": {"type": "string", "path": "genres"}},
                },
                "count": {"type": "lowerBound", "threshold": 100},
            }
        }
    ],
    [
        {
            "$searchMeta": {
                "range": {"path": "year", "gte": 1998},
                "count": {"type": "total"},
            }
        }
    ],
    [
        {
            "$search": {
                "text": {"query": "a", "path": "b"},
                "searchAfter": "CMtJGgYQuq+ngwgaCSkAjBYH7AAAAA==",
            }
        }
    ],
    [
        {
            "$vectorSearch": {
                "index": "v",
                "path": "emb",
                "queryVector": [0.1, -0.2, 3.0],
                "numCandidates": 150,
                "limit": 10,
                "filter": {
                    "$and": [{"year": {"$lt": 1975}}, {"genre": {"$in": ["a"]}}]
                },
            }
        },
        {"$project": {"_id": 0, "score": {"$meta": "vectorSearchScore"}}},
    ],
    [
        {
            "$vectorSearch": {
                "exact": True,
                "index": "v",
                "limit": 3,
                "path": "e",
                "queryVector": [1.5],
            }
        }
    ],
    [
        {
            "$rankFusion": {
                "input": {
                    "pipelines": {
                        "v": [
                            {
                                "$vectorSearch": {
                                    "index": "v",
                                    "path": "e",
                                    "queryVector": [0.5],
                                    "limit": 5,
                                    "numCandidates": 50,
                                }
                            }
                        ],
                        "t": [
                            {"$search": {"text": {"query": "x", "path": "y"}}},
                            {"$limit": 10},
                        ],
                    }
                },
                "combination": {"weights": {"v": 0.7, "t": 0.3}},
                "scoreDetails": True,
            }
        }
    ],
    [{"$changeStream": {}}],
    [
        {
            "$changeStream": {
                "fullDocument": "updateLookup",
                "allChangesForCluster": True,
                "startAtOperationTime": Timestamp(1690000000, 1),
            }
        },
        {"$match": {"operationType": {"$in": ["insert", "update"]}}},
    ],
    [
        {
            "$changeStream": {
                "resumeAfter": {"_data": "8264"},
                "fullDocumentBeforeChange": "whenAvailable",
                "showExpandedEvents": True,
            }
        },
        {"$changeStreamSplitLargeEvent": {}},
    ],
    [
        {"$currentOp": {"allUsers": True, "idleSessions": True}},
        {"$match": {"active": True, "transaction": {"$exists": True}}},
    ],
    [{"$currentOp": {}}],
    [
        {
            "$collStats": {
                "latencyStats": {"histograms": True},
                "storageStats": {"scale": 1024},
                "count": {},
                "queryExecStats": {},
            }
        }
    ],
    [{"$collStats": {}}],
    [{"$indexStats": {}}],
    [{"$planCacheStats": {}}],
    [{"$listSessions": {"allUsers": True}}],
    [{"$listLocalSessions": {"users": [{"user": "a", "db": "b"}]}}],
    [{"$listSessions": {}}],
    [{"$listSearchIndexes": {"name": "x"}}],
    [{"$listSearchIndexes": {}}],
    [{"$shardedDataDistribution": {}}],
    [{"$listSampledQueries": {"namespace": "a.b"}}],
    [
        {
            "$redact": {
                "$cond": {
                    "if": {
                        "$gt": [
                            {"$size": {"$setIntersection": ["$tags", ["STLW", "G"]]}},
                            0,
                        ]
                    },
                    "then": "$$DESCEND",
                    "else": "$$PRUNE",
                }
            }
        }
    ],
    [{"$redact": {"$cond": [{"$eq": ["$level", 5]}, "$$PRUNE", "$$KEEP"]}}],
    [
        {
            "$redact": {
                "$switch": {
                    "branches": [{"case": {"$eq": ["$a", 1]}, "then": "$$KEEP"}],
                    "default": "$$DESCEND",
                }
            }
        }
    ],
    [{"$sample": {"size": 3}}],
    [{"$sortByCount": "$tags"}],
    [{"$sortByCount": {"$mergeObjects": ["$a", "$b"]}}],
    [{"$sortByCount": {"$toLower": "$x.y"}}],
    [{"$skip": 5}, {"$limit": 10}],
    [{"$skip": Int64(5)}, {"$limit": 10.0}],
    [{"$limit": Int64(7)}],
    [{"$sample": {"size": 3.0}}],
    [{"$count": "n"}],
    [{"$count": "total docs"}],
    [
        {
            "$lookup": {
                "from": "inventory",
                "localField": "item",
                "foreignField": "sku",
                "as": "inventory_docs",
            }
        }
    ],
    [{"$lookup": {"as": "d", "foreignField": "_id", "localField": "a.b", "from": "x"}}],
    [
        {
            "$lookup": {
                "from": "warehouses",
                "let": {"order_item": "$item", "order_qty": "$ordered"},
                "pipeline": [
                    {
                        "$match": {
                            "$expr": {
                                "$and": [
                                    {"$eq": ["$stock_item", "$$order_item"]},
                                    {"$gte": ["$instock", "$$order_qty"]},
                                ]
                            }
                        }
                    },
                    {"$project": {"stock_item": 0, "_id": 0}},
                ],
                "as": "stockdata",
            }
        }
    ],
    [
        {
            "$lookup": {
                "from": "r",
                "localField": "a",
                "foreignField": "b",
                "let": {"x": "$y"},
                "pipeline": [{"$match": {"$expr": {"$in": ["$$x", "$bev"]}}}],
                "as": "m",
            }
        }
    ],
    [
        {
            "$lookup": {
                "from": "r",
                "pipeline": [{"$match": {"a": 1}}, {"$limit": 1}],
                "as": "m",
            }
        }
    ],
    [{"$lookup": {"from": "r", "pipeline": [], "as": "m"}}],
    [{"$lookup": {"from": "r", "let": {}, "pipeline": [], "as": "m"}}],
    [
        {
            "$lookup": {
                "pipeline": [{"$documents": [{"k": 1, "v": "a"}]}],
                "localField": "k",
                "foreignField": "k",
                "as": "m",
            }
        }
    ],
    [
        {
            "$lookup": {
                "from": {"db": "other", "coll": "c"},
                "localField": "k",
                "foreignField": "k",
                "as": "m",
            }
        }
    ],
    [
        {
            "$lookup": {
                "from": "a",
                "let": {"id": "$_id"},
                "pipeline": [
                    {"$match": {"$expr": {"$eq": ["$a_id", "$$id"]}}},
                    {
                        "$lookup": {
                            "from": "b",
                            "let": {"bid": "$_id", "outer": "$$id"},
                            "pipeline": [
                                {
                                    "$match": {
                                        "$expr": {
                                            "$and": [
                                                {"$eq": ["$x", "$$bid"]},
                                                {"$ne": ["$o", "$$outer"]},
                                            ]
                                        }
                                    }
                                },
                                {
                                    "$lookup": {
                                        "from": "c",
                                        "localField": "c",
                                        "foreignField": "_id",
                                        "as": "cs",
                                        "pipeline": [{"$project": {"n": 1}}],
                                    }
                                },
                                {"$unwind": "$cs"},
                            ],
                            "as": "bs",
                        }
                    },
                ],
                "as": "as",
            }
        }
    ],
    [
        {
            "$lookup": {
                "from": "r",
                "let": {"uid": {"$toString": "$_id"}, "when": "$$NOW", "n": 5},
                "pipeline": [
                    {"$match": {"$expr": {"$eq": ["$user", "$$uid"]}, "active": True}},
                    {"$sort": {"at": -1}},
                    {"$limit": 3},
                ],
                "as": "recent",
            }
        },
        {"$set": {"recent": {"$first": "$recent"}}},
    ],
    [{"$unwind": "$sizes"}],
    [{"$unwind": {"path": "$sizes"}}],
    [
        {
            "$unwind": {
                "path": "$a.b",
                "includeArrayIndex": "i",
                "preserveNullAndEmptyArrays": True,
            }
        }
    ],
    [{"$unwind": {"preserveNullAndEmptyArrays": False, "path": "$x"}}],
    [{"$project": {"title": 1, "author.last": 1, "_id": 0}}],
    [{"$project": {"a": True, "b": False}}],
    [{"$project": {"a": 0, "b.c": False}}],
    [{"$project": {"stop": {"title": 1}, "x": {"y": {"z": 0}}}}],
    [
        {
            "$project": {
                "_id": 0,
                "isbn": {
                    "prefix": {"$substr": ["$isbn", 0, 3]},
                    "pub": {"$substr": ["$isbn", 5, 4]},
                },
                "n": {"$size": "$tags"},
            }
        }
    ],
    [
        {
            "$project": {
                "arr": ["$x", "$y", 1, "s"],
                "lit": {"$literal": 1},
                "s": "text",
                "f": "$a.b",
                "d": {"a": "$x"},
                "rm": {
                    "$cond": {
                        "if": {"$eq": ["", "$m"]},
                        "then": "$$REMOVE",
                        "else": "$m",
                    }
                },
            }
        }
    ],
    [{"$project": {"a": 1.0, "b": Int64(1), "c": 1, "d": 5}}],
    [{"$project": {"name": "$$ROOT.name", "cur": "$$CURRENT.x.y", "root": "$$ROOT"}}],
    [
        {
            "$project": {
                "score": {"$meta": "textScore"},
                "hl": {"$meta": "searchHighlights"},
            }
        },
        {"$sort": {"score": {"$meta": "textScore"}, "_id": 1}},
    ],
    [
        {
            "$project": {
                "first name": 1,
                "2020": 1,
                "é": 1,
                "a-b": "$a-b",
                "class": 1,
                "self": "$self",
                "from": 1,
                "on": {"$add": ["$on", 1]},
            }
        }
    ],
    [
        {
            "$project": {
                "items": {"$slice": ["$items", 5]},
                "it": {"$slice": ["$items", -5, 2]},
            }
        }
    ],
    [
        {"$addFields": {"total": {"$sum": "$homework"}, "q": {"$sum": "$quiz"}}},
        {"$addFields": {"t": {"$add": ["$total", "$q", "$extra"]}}},
    ],
    [
        {
            "$addFields": {
                "specs.fuel": "unleaded",
                "cats": 20,
                "o": {"a": {"b": "$c"}},
                "e": {},
                "l": [],
                "s": "",
                "n": None,
            }
        }
    ],
    [{"$set": {"homework": {"$concatArrays": ["$homework", [7]]}, "_id": "$x"}}],
    [{"$unset": "copies"}],
    [{"$unset": ["isbn", "author.first", "copies.warehouse"]}],
    [{"$unset": ["one"]}],
    [{"$replaceRoot": {"newRoot": "$name"}}],
    [
        {
            "$replaceRoot": {
                "newRoot": {"$mergeObjects": [{"_id": "$_id", "first": ""}, "$name"]}
            }
        }
    ],
    [{"$replaceRoot": {"newRoot": {"$arrayToObject": [[{"k": "$k", "v": "$v"}]]}}}],
    [{"$replaceRoot": {"newRoot": {"full": {"$concat": ["$f", " ", "$l"]}}}}],
    [{"$replaceWith": "$name"}],
    [
        {
            "$replaceWith": {
                "$arrayToObject": {
                    "$map": {"input": "$a", "as": "x", "in": ["$$x.k", "$$x.v"]}
                }
            }
        }
    ],
    [{"$replaceWith": {"_id": "$_id", "t": "$$NOW"}}],
    [
        {
            "$replaceRoot": {
                "newRoot": {
                    "$mergeObjects": ["$$ROOT", {"$arrayElemAt": ["$fromItems", 0]}]
                }
            }
        },
        {"$project": {"fromItems": 0}},
    ],
    [{"$documents": [{"x": 10}, {"x": 2}]}],
    [{"$documents": {"$map": {"input": {"$range": [0, 3]}, "in": {"n": "$$this"}}}}],
    [{"$sort": {"a": 1, "b.c": -1}}],
    [{"$sort": {"a": 1.0}}],
    [{"$sort": {"a": Int64(-1)}}],
    [{"$sort": {"a-b": 1, "-c": -1}}],
    [
        {"$match": {"$text": {"$search": "cake"}}},
        {"$group": {"_id": None, "views": {"$sum": "$views"}}},
    ],
    [{"$match": {"$expr": {"$gt": ["$spent", "$budget"]}}}],
    [{"$match": {"$expr": True}}],
    [{"$match": {"$expr": "$flag"}}],
    [
        {
            "$match": {
                "$or": [{"score": {"$gt": 70, "$lt": 90}}, {"views": {"$gte": 1000}}]
            }
        },
        {"$group": {"_id": None, "count": {"$sum": 1}}},
    ],
    [
        {
            "$match": {
                "$and": [{"a": 1}, {"$or": [{"b": 2}, {"c": 3}]}],
                "d": {"$nin": [1, 2]},
            }
        }
    ],
    [
        {"$match": {"createdAt": {"$gte": DAY, "$lt": DAY + dt.timedelta(hours=744)}}},
        {
            "$group": {
                "_id": {"$dateToString": {"format": "%Y-%m-%d", "date": "$createdAt"}},
                "count": {"$sum": 1},
            }
        },
        {"$sort": {"_id": 1}},
        {"$project": {"_id": 0, "date": "$_id", "count": 1}},
    ],
    [
        {
            "$group": {
                "_id": "$a.b.c",
                "x": {"$push": {"$cond": [{"$gt": ["$n", 1]}, "$n", "$$REMOVE"]}},
            }
        },
        {"$match": {"x.0": {"$exists": True}}},
    ],
    [
        {
            "$score": {
                "score": {"$multiply": ["$a", 2]},
                "normalization": "sigmoid",
                "weight": 0.5,
            }
        }
    ],
    [
        {
            "$set": {
                "x": {
                    "$setField": {
                        "field": {"$literal": "$p"},
                        "input": "$$ROOT",
                        "value": 1,
                    }
                }
            }
        }
    ],
]

EXPRESSIONS = [
    "$a",
    "$$ROOT",
    "$$NOW",
    "text",
    5,
    1.5,
    None,
    True,
    [],
    {},
    "",
    ["$a", 1],
    {"a": "$b"},
    [[]],
    {"a": {}},
    DAY,
    OID,
    Int64(3),
    Decimal128("1.10"),
    {"$cond": [True, 1, 2]},
    {"$cond": {"if": "$a", "then": "x", "else": None}},
    {"$cond": {"then": 1, "else": 2, "if": {"$eq": ["$a", 1]}}},
    {"$cond": {"else": 0, "if": "$x", "then": 1}},
    {
        "$switch": {
            "branches": [
                {"case": {"$gte": [{"$avg": "$scores"}, 90]}, "then": "A"},
                {
                    "case": {"$and": [{"$gte": ["$s", 80]}, {"$lt": ["$s", 90]}]},
                    "then": "B",
                },
            ],
            "default": "?",
        }
    },
    {"$switch": {"default": 0, "branches": [{"then": 1, "case": "$a"}]}},
    {"$switch": {"branches": [{"case": "$a", "then": 1}]}},
    {"$let": {"vars": {"low": 1, "high": "$$low"}, "in": {"$gt": ["$$low", "$$high"]}}},
    {
        "$let": {
            "vars": {
                "total": {"$add": ["$price", "$tax"]},
                "d": {"$cond": {"if": "$x", "then": 0.9, "else": 1}},
            },
            "in": {"$multiply": ["$$total", "$$d"]},
        }
    },
    {"$let": {"in": "$$a.b", "vars": {"a": "$x"}}},
    {
        "$let": {
            "vars": {"a": {"$let": {"vars": {"b": 1}, "in": "$$b"}}},
            "in": {"$let": {"vars": {"c": "$$a"}, "in": ["$$c", "$$a"]}},
        }
    },
    {"$let": {"vars": {}, "in": 1}},
    {
        "$map": {
            "input": "$items",
            "as": "item",
            "in": {"$multiply": ["$$item.price", "$$item.qty"]},
        }
    },
    {"$map": {"input": "$q", "in": {"$add": ["$$this", 1]}}},
    {"$map": {"in": "$$x", "as": "x", "input": "$q"}},
    {
        "$map": {
            "input": "$rows",
            "as": "row",
            "in": {
                "$map": {
                    "input": "$$row.cells",
                    "as": "cell",
                    "in": {"$concat": ["$$row.name", "$$cell"]},
                }
            },
        }
    },
    {
        "$map": {
            "input": "$items",
            "as": "i",
            "in": {"name": "$$i.name", "total": {"$sum": "$$i.lines.amount"}},
        }
    },
    {"$map": {"input": "$items", "as": "class", "in": "$$class.x"}},
    {"$map": {"input": "$a", "as": "fn", "in": {"$add": ["$$fn", 1]}}},
    {
        "$map": {
            "input": {"$range": [0, {"$size": "$a"}]},
            "as": "i",
            "in": {"$mergeObjects": [{"$arrayElemAt": ["$a", "$$i"]}, {"idx": "$$i"}]},
        }
    },
    {
        "$filter": {
            "input": "$items",
            "as": "item",
            "cond": {"$gte": ["$$item.price", 100]},
        }
    },
    {"$filter": {"input": "$items", "cond": {"$gt": ["$$this", 1]}, "limit": 1}},
    {
        "$filter": {
            "input": "$items",
            "as": "num",
            "cond": {"$and": [{"$gte": ["$$num", -2]}, {"$lte": ["$$num", 5]}]},
            "limit": {"$add": [0, 1]},
        }
    },
    {"$filter": {"cond": {"$ne": ["$$x", None]}, "input": ["$a", "$b"], "as": "x"}},
    {"$filter": {"input": "$a", "as": "x", "cond": {"$in": ["$$x", "$b"]}}},
    {
        "$filter": {
            "input": {"$objectToArray": "$$ROOT"},
            "as": "kv",
            "cond": {"$regexMatch": {"input": "$$kv.k", "regex": "^x"}},
        }
    },
    {
        "$reduce": {
            "input": "$a",
            "initialValue": "",
            "in": {"$concat": ["$$value", "$$this"]},
        }
    },
    {
        "$reduce": {
            "input": [1, 2],
            "initialValue": {"sum": 5, "product": 2},
            "in": {
                "sum": {"$add": ["$$value.sum", "$$this"]},
                "product": {"$multiply": ["$$value.product", "$$this"]},
            },
        }
    },
    {
        "$reduce": {
            "initialValue": [],
            "in": {"$concatArrays": ["$$value", "$$this.tags"]},
            "input": "$x",
        }
    },
    {
        "$reduce": {
            "input": "$arr",
            "initialValue": [],
            "in": {
                "$cond": [
                    {"$in": ["$$this", "$$value"]},
                    "$$value",
                    {"$concatArrays": ["$$value", ["$$this"]]},
                ]
            },
        }
    },
    {
        "$reduce": {
            "input": "$rows",
            "initialValue": 0,
            "in": {
                "$add": [
                    "$$value",
                    {
                        "$reduce": {
                            "input": "$$this.cells",
                            "initialValue": 0,
                            "in": {"$add": ["$$value", "$$this"]},
                        }
                    },
                ]
            },
        }
    },
    {"$zip": {"inputs": ["$a", "$b"]}},
    {
        "$zip": {
            "inputs": [["a"], ["b", "c"]],
            "useLongestLength": True,
            "defaults": ["x", "y"],
        }
    },
    {
        "$dateToString": {
            "date": "$d",
            "format": "%H:%M",
            "timezone": "America/New_York",
        }
    },
    {"$dateToString": {"format": "%Y", "date": "$d", "onNull": "none"}},
    {"$dateToString": {"date": "$d"}},
    {
        "$dateToString": {
            "timezone": "+02:00",
            "onNull": None,
            "date": "$d",
            "format": "%G-W%V",
        }
    },
    {"$dateFromString": {"dateString": "$s"}},
    {
        "$dateFromString": {
            "dateString": "15-06-2018",
            "format": "%d-%m-%Y",
            "timezone": "Europe/Rome",
            "onError": "$s",
            "onNull": None,
        }
    },
    {"$dateFromParts": {"year": 2017, "month": 2, "day": "$day", "hour": 12}},
    {
        "$dateFromParts": {
            "isoWeekYear": 2017,
            "isoWeek": 6,
            "isoDayOfWeek": 3,
            "hour": 12,
            "timezone": "Z",
        }
    },
    {"$dateToParts": {"date": "$d"}},
    {"$dateToParts": {"date": "$d", "iso8601": True, "timezone": "UTC"}},
    {"$year": "$d"},
    {"$year": ["$d"]},
    {"$month": {"date": "$d"}},
    {"$dayOfMonth": {"date": "$d", "timezone": "Europe/Paris"}},
    {"$hour": {"timezone": "$tz", "date": "$d"}},
    {"$dayOfWeek": DAY},
    {"$isoWeek": "$$NOW"},
    {"$minute": {"$toDate": "$_id"}},
    {"$week": {"$dateFromString": {"dateString": "$s"}}},
    {"$second": "$$this.at"},
    {"$millisecond": "$d"},
    {"$isoWeekYear": "$d"},
    {"$isoDayOfWeek": "$d"},
    {"$dayOfYear": ["$d"]},
    {"$year": {"date": ["$d"]}},
    {"$dateAdd": {"startDate": "$d", "unit": "day", "amount": 3}},
    {
        "$dateSubtract": {
            "amount": 1,
            "unit": "month",
            "startDate": "$$NOW",
            "timezone": "UTC",
        }
    },
    {
        "$dateDiff": {
            "startDate": "$a",
            "endDate": "$b",
            "unit": "week",
            "startOfWeek": "Mon",
        }
    },
    {
        "$dateTrunc": {
            "date": "$d",
            "unit": "week",
            "binSize": 2,
            "timezone": "America/Los_Angeles",
            "startOfWeek": "Monday",
        }
    },
    {"$dateTrunc": {"unit": "$u", "date": "$d"}},
    {
        "$function": {
            "body": Code("function(a){return a}"),
            "args": ["$a", "$b"],
            "lang": "js",
        }
    },
    {"$function": {"body": "function(){return 1}", "args": [], "lang": "js"}},
    {
        "$function": {
            "lang": "js",
            "args": ["$$ROOT"],
            "body": 'function(x) {\n  return hex_md5(x.name) == "15b0";\n}',
        }
    },
    {"$literal": "$a"},
    {"$literal": {"$add": [2, 3]}},
    {"$literal": [1, "$x"]},
    {"$literal": 1},
    {"$literal": None},
    {"$literal": {"a": "b"}},
    {"$getField": "price$usd"},
    {"$getField": {"$literal": "$price"}},
    {"$getField": {"field": "a.b", "input": "$$this"}},
    {"$getField": {"input": "$doc", "field": {"$literal": "$small"}}},
    {"$getField": {"field": "x", "input": {"$arrayElemAt": ["$a", 0]}}},
    {"$getField": {"field": {"$concat": ["a", "b"]}}},
    {"$getField": {"$concat": ["a", "$b"]}},
    {"$setField": {"field": "a.b", "input": "$$ROOT", "value": "$$REMOVE"}},
    {"$unsetField": {"field": {"$literal": "$x"}, "input": "$$CURRENT"}},
    {"$meta": "textScore"},
    {"$meta": "indexKey"},
    {"$convert": {"input": "$a", "to": "int"}},
    {"$convert": {"input": "$a", "to": 16, "onError": "bad", "onNull": 0}},
    {"$convert": {"to": "string", "input": "$x"}},
    {
        "$convert": {
            "input": "$s",
            "to": {"type": "binData", "subtype": 4},
            "format": "uuid",
        }
    },
    {"$toInt": "$a"},
    {"$toString": "$_id"},
    {"$toObjectId": "$s"},
    {"$toDate": Int64(1690000000000)},
    {"$toBool": "$a"},
    {"$toDecimal": "$a"},
    {"$toDouble": ["$a"]},
    {"$toLong": {"$add": ["$a", 1]}},
    {"$toUpper": "$a"},
    {"$toLower": ["$a"]},
    {"$regexMatch": {"input": "$a", "regex": "^x", "options": "i"}},
    {"$regexFind": {"input": "$a", "regex": Regex("line", "i")}},
    {"$regexFindAll": {"regex": re.compile("[a-z]+"), "input": "$a"}},
    {"$regexMatch": {"input": "$a", "regex": {"$concat": ["^", "$p"]}}},
    {"$ifNull": ["$a", "none"]},
    {"$ifNull": ["$a", "$b", "$c", 0]},
    {"$ifNull": ["$a", {"$literal": "$x"}]},
    {"$and": ["$a", "$b"]},
    {"$and": []},
    {"$or": []},
    {"$and": "$a"},
    {"$and": [{"$gt": ["$a", 1]}]},
    {"$or": [{"$eq": ["$a", 1]}, {"$not": ["$b"]}]},
    {"$not": "$a"},
    {"$not": ["$a"]},
    {"$not": {"$gt": ["$a", 1]}},
    {"$not": [{"$in": ["$a", [1, 2]]}]},
    {"$and": [True, {"$or": [{"$and": ["$x", "$y"]}, False]}]},
    {"$or": {"$eq": ["$a", 1]}},
    {"$in": ["a", "$tags"]},
    {"$in": ["$x", ["a", "b"]]},
    {"$in": [{"$toString": "$_id"}, "$$ids"]},
    {"$indexOfArray": ["$a", 2]},
    {"$indexOfArray": ["$a", 2, 1, 5]},
    {"$indexOfArray": [["a"], "a", 0]},
    {"$indexOfBytes": ["$s", "x"]},
    {"$indexOfCP": ["$s", "x", 1, 3]},
    {"$slice": ["$a", 2]},
    {"$slice": ["$a", 1, 3]},
    {"$slice": [[1, 2], -1]},
    {"$range": [0, 10]},
    {"$range": [0, "$n", 25]},
    {"$size": "$a"},
    {"$size": {"$ifNull": ["$a", []]}},
    {"$size": ["$a"]},
    {"$size": [[1, 2]]},
    {"$isArray": "$a"},
    {"$isArray": ["$a"]},
    {"$isArray": [[1]]},
    {"$reverseArray": "$a"},
    {"$reverseArray": {"$slice": ["$a", 2]}},
    {"$arrayElemAt": ["$a", -1]},
    {"$arrayElemAt": [{"$split": ["$s", " "]}, 0]},
    {"$first": "$a"},
    {"$last": {"$filter": {"input": "$a", "cond": "$$this.x"}}},
    {"$first": ["$a"]},
    {"$first": [[1, 2]]},
    {"$sum": "$a"},
    {"$sum": ["$a", "$b"]},
    {"$sum": ["$a"]},
    {"$sum": [["$a", 1]]},
    {"$avg": {"$map": {"input": "$x", "in": "$$this.y"}}},
    {"$avg": ["$a", "$b", 3]},
    {"$max": ["$a", "$b"]},
    {"$min": "$a"},
    {"$max": ["$arr"]},
    {"$stdDevPop": "$a"},
    {"$stdDevSamp": ["$a", 1]},
    {"$max": [0, {"$subtract": ["$a", "$b"]}]},
    {"$sum": 1},
    {"$sum": []},
    {"$maxN": {"input": "$a", "n": 2}},
    {"$minN": {"n": 1, "input": [1, 2]}},
    {"$firstN": {"n": 2, "input": "$a"}},
    {"$lastN": {"input": "$a", "n": {"$add": [1, 1]}}},
    {"$sortArray": {"input": "$a", "sortBy": 1}},
    {"$sortArray": {"input": "$a", "sortBy": {"age": -1, "name": 1}}},
    {"$sortArray": {"sortBy": -1, "input": [3, 1]}},
    {"$sortArray": {"input": "$a", "sortBy": {"a.b": 1}}},
    "$$ROOT.a.b",
    "$$CURRENT",
    "$$CURRENT.a",
    "$$REMOVE",
    "$$this.x",
    "$$value",
    "$$myVar",
    "$$CLUSTER_TIME",
    "$$USER_ROLES",
    "$$SEARCH_META",
    "$$SEARCH_META.count.total",
    "$a-b.c d",
    "$0.1",
    "$é.ü",
    "$class.import",
    "$a.0.b",
    "$_id.x",
    "$first.set",
    "$__v",
    "$a.$id",
    "$user.$ref",
    {"$add": ["$a", 1]},
    {"$add": ["$a", "$b", "$c"]},
    {"$add": []},
    {"$add": ["$a"]},
    {"$add": "$a"},
    {"$add": [1, 2]},
    {"$subtract": ["$$NOW", "$d"]},
    {"$subtract": [{"$add": ["$a", "$b"]}, {"$multiply": ["$c", 2]}]},
    {"$multiply": [{"$divide": ["$a", "$b"]}, 100]},
    {"$divide": [{"$subtract": ["$a", "$b"]}, 86400000]},
    {"$mod": ["$a", 2]},
    {"$mod": [{"$add": ["$a", 1]}, 2]},
    {"$multiply": ["$a", -1]},
    {"$multiply": [2, "$a", 3]},
    {"$subtract": [1, {"$subtract": [2, "$x"]}]},
    {"$divide": [1, {"$divide": ["$a", "$b"]}]},
    {"$abs": "$a"},
    {"$abs": {"$subtract": ["$a", "$b"]}},
    {"$abs": ["$a"]},
    {"$ceil": "$a"},
    {"$floor": {"$divide": ["$a", 10]}},
    {"$round": ["$a", 2]},
    {"$round": "$a"},
    {"$round": ["$a"]},
    {"$trunc": ["$a", 1]},
    {"$trunc": "$a"},
    {"$pow": ["$a", 2]},
    {"$sqrt": {"$add": [{"$pow": ["$x", 2]}, {"$pow": ["$y", 2]}]}},
    {"$exp": 2},
    {"$ln": "$a"},
    {"$log": ["$a", 2]},
    {"$log10": "$a"},
    {"$sin": {"$degreesToRadians": "$a"}},
    {"$atan2": ["$y", "$x"]},
    {"$rand": {}},
    {"$radiansToDegrees": {"$acos": "$x"}},
    {"$bitAnd": ["$a", 3]},
    {"$bitNot": "$a"},
    {"$sigmoid": "$x"},
    {"$concat": ["$a", " ", "$b"]},
    {"$concat": "$a"},
    {"$concat": []},
    {"$split": ["$a", ","]},
    {"$substr": ["$a", 0, -1]},
    {"$substrCP": ["$a", 0, {"$subtract": [{"$strLenCP": "$a"}, 1]}]},
    {"$substrBytes": ["$a", 1, 2]},
    {"$trim": {"input": "$a"}},
    {"$ltrim": {"input": "$a", "chars": "0"}},
    {"$rtrim": {"chars": " x", "input": "$a"}},
    {"$replaceAll": {"input": "$a", "find": "-", "replacement": ""}},
    {"$replaceOne": {"find": "a", "replacement": "b", "input": "$x"}},
    {"$strcasecmp": ["$a", "b"]},
    {"$strLenBytes": "$a"},
    {"$cmp": ["$a", "$b"]},
    {"$eq": ["$a", None]},
    {"$ne": ["$a", []]},
    {"$gt": ["$a.b", {"$avg": "$c"}]},
    {"$lte": [1, "$a"]},
    {"$lt": [1, 2]},
    {"$eq": ["$a", "$b"]},
    {"$eq": [{"$type": "$a"}, "missing"]},
    {"$eq": [{"$size": "$a"}, 0]},
    {"$gt": ["$$x", "$$y.z"]},
    {"$type": "$a"},
    {"$type": ["$a"]},
    {"$isNumber": "$a"},
    {"$binarySize": "$a"},
    {"$bsonSize": "$$ROOT"},
    {"$toHashedIndexKey": "$a"},
    {"$tsSecond": "$t"},
    {"$tsIncrement": "$t"},
    {"$mergeObjects": ["$a", {"b": 1}]},
    {"$mergeObjects": "$a"},
    {"$mergeObjects": [{"$arrayToObject": "$x"}, "$$ROOT", {"l": []}]},
    {"$objectToArray": "$a"},
    {"$objectToArray": {"a": "$x"}},
    {"$arrayToObject": "$a"},
    {"$arrayToObject": [[["a", 1], ["b", "$x"]]]},
    {"$arrayToObject": {"$literal": [{"k": "a", "v": 1}]}},
    {"$arrayToObject": [[{"k": "$x", "v": 1}]]},
    {"$setUnion": ["$a", "$b"]},
    {"$setIntersection": ["$a", [1]]},
    {"$setDifference": ["$a", "$b"]},
    {"$setEquals": ["$a", ["x"]]},
    {"$setIsSubset": [["a"], "$b"]},
    {"$allElementsTrue": ["$a"]},
    {"$anyElementTrue": [[True, False]]},
    {"$allElementsTrue": [[]]},
    {"$anyElementTrue": [{"$map": {"input": "$a", "in": "$$this.ok"}}]},
    {"$concatArrays": ["$a", ["x"], []]},
    {"$setUnion": [[], "$a"]},
    {"$setIntersection": "$x"},
    {"$percentile": {"input": "$a", "p": [0.95], "method": "approximate"}},
    {"$median": {"input": ["$a", "$b"], "method": "approximate"}},
    {"$arrayElemAt": ["$$value.items.sku", 0]},
    {"$eq": [{"$arrayElemAt": ["$a.b", 0]}, "x"]},
    {"$gt": [{"$getField": "a.b"}, 5]},
    {"$regexMatch": {"input": {"$toString": "$n"}, "regex": "/x/"}},
]

FILTERS = [
    {},
    {"a": 1},
    {"a": None},
    {"a": []},
    {"a": {}},
    {"a": ""},
    {"a": "$b"},
    {"a": {"b": 1, "c": 2}},
    {"a": [1, "x", None]},
    {"a": {"$eq": 1}},
    {"a": {"$eq": None}},
    {"a": {"$eq": {"x": 1}}},
    {"a": {"$ne": []}},
    {"a": Int64(5)},
    {"a": 5.0},
    {"a": Decimal128("9.99")},
    {"a": DAY},
    {"a": OID},
    {"a": Binary(b"\x00\x01", 0)},
    {"a": Binary(b"\x01", 5)},
    {"a": Binary(b'\x00\x11"3DUfw\x88\x99\xaa\xbb\xcc\xdd\xee\xff', 4)},
    {"a": Regex("^x", "i")},
    {"a": Regex("x", "imsx")},
    {"a": re.compile("^a.*b$", re.IGNORECASE)},
    {"a": Timestamp(5, 1)},
    {"a": MinKey()},
    {"a": MaxKey()},
    {"a": Code("function(){}")},
    {"a": Code("f", {"x": 1})},
    {"a": float("nan")},
    {"a": float("inf")},
    {"a": True},
    {"a": 1099511627776},
    {"a": -0.0},
    {"a": DBRef("c", OID)},
    {"a": Decimal128("NaN")},
    {"a": b"bytes"},
    {"a": "uuid"},
    {"a.$id": OID},
    {"a.$ref": "users"},
    {"a": {"$ref": "users", "$id": OID, "$db": "x"}},
    {"a": {"$ref": "users", "$id": 1}},
    {"author.$id": {"$in": [OID]}},
    {"a": {"$in": [DBRef("u", OID)]}},
    {"a.0": 1},
    {"a.0.b.1": {"$gt": 2}},
    {"a.10": None},
    {"0": 1},
    {"a-b": 1, "c d.e": {"$gt": 1}, "class": 2, "é": 3},
    {"a.b-c.0": 1},
    {"_id": {"$in": [OID]}},
    {"size": 3, "type": "x", "first": 1, "exists": True},
    {"a.in.b": 1},
    {"age": {"$gt": 18, "$lte": 65}},
    {"age": {"$gte": 18, "$lte": 65}},
    {"age": {"$lt": 5, "$gt": 1, "$ne": 3}},
    {"a": {"$in": []}},
    {"a": {"$in": [1, "x", None, Regex("^a")]}},
    {"a": {"$in": [re.compile("^a"), re.compile("b", re.IGNORECASE)]}},
    {"a": {"$nin": ["x"]}},
    {"a": {"$in": [[1, 2], [3]]}},
    {"a": {"$in": [{"b": 1}]}},
    {"$and": [{"a": 1}, {"b": 2}]},
    {"$and": [{"a": 1}]},
    {"$or": [{"a": 1}]},
    {"$nor": [{"a": 1}, {"b": {"$gt": 1}}]},
    {"$and": [{"$or": [{"a": 1}, {"b": 2}]}, {"$or": [{"c": 1}, {"d": 2}]}]},
    {
        "$or": [
            {"$and": [{"a": 1}, {"$nor": [{"b": 1}, {"$or": [{"c": 1}, {"c": 2}]}]}]},
            {"d": 1, "e": 2},
        ]
    },
    {"a": 1, "$or": [{"b": 1}, {"c": 1}], "d": 2},
    {"$and": [{"a": {"$gt": 1}}, {"a": {"$lt": 5}}]},
    {"$and": [{}, {"a": 1}]},
    {"$or": [{}, {"a": 1}]},
    {
        "$and": [{"a": 1, "b": 2}, {"c": 3}],
        "$or": [{"x": 1}, {"y": 1}],
        "$nor": [{"z": 1}],
    },
    {"$or": [{"a": 1, "b": 1}, {"a": 2, "b": 2}]},
    {"a": {"$not": {"$gt": 5}}},
    {"a": {"$not": {"$gt": 5, "$lt": 10}}},
    {"a": {"$not": Regex("^p")}},
    {"a": {"$not": re.compile("x", re.IGNORECASE)}},
    {"a": {"$not": {"$regex": "^p.*"}}},
    {"a": {"$not": {"$regex": "^p", "$options": "i"}}},
    {"a": {"$not": {"$in": [1, 2]}}},
    {"a": {"$not": {"$elemMatch": {"b": 1}}}},
    {"a": {"$not": {"$size": 0}}},
    {"a": {"$not": {"$exists": True}}},
    {"a": {"$not": {"$eq": 1}}},
    {"a": {"$not": {"$not": {"$gt": 1}}}},
    {"a": {"$exists": True, "$not": {"$size": 0}}},
    {"a": {"$not": {"$type": "string"}}},
    {"a": {"$gt": 1, "$not": {"$mod": [2, 0]}}},
    {"a": {"$not": {"$all": [1]}}},
    {"a": {"$exists": True}},
    {"a": {"$exists": False}},
    {"a": {"$exists": 1}},
    {"a": {"$exists": 0}},
    {"a": {"$exists": True, "$ne": None}},
    {"a": {"$exists": True, "$nin": [1]}},
    {"a": {"$ne": None, "$exists": True}},
    {"a": {"$type": "string"}},
    {"a": {"$type": 2}},
    {"a": {"$type": ["string", 16]}},
    {"a": {"$type": ["double"]}},
    {"a": {"$type": "number"}},
    {"a": {"$type": -1}},
    {"a": {"$regex": "^x"}},
    {"a": {"$regex": "^x", "$options": "i"}},
    {"a": {"$options": "i", "$regex": "x"}},
    {"a": {"$regex": Regex("x", "i")}},
    {"a": {"$regex": re.compile("x"), "$options": "si"}},
    {"a": {"$regex": "", "$options": ""}},
    {"a": {"$regex": "a", "$nin": ["ab"]}},
    {"a": {"$in": ["x"], "$regex": "y", "$options": "m"}},
    {"a": {"$regex": "\\d+\\.(jpg|png)$", "$options": "ix"}},
    {"a": {"$elemMatch": {"b": 1, "c": {"$gt": 2}}}},
    {"a": {"$elemMatch": {"$gte": 80, "$lt": 85}}},
    {"a": {"$elemMatch": {"$eq": 1}}},
    {"a": {"$elemMatch": {"$or": [{"b": 1}, {"c": 1}]}}},
    {"a": {"$elemMatch": {"b": {"$elemMatch": {"c": {"$in": [1]}}}}}},
    {"a": {"$elemMatch": {}}},
    {"a": {"$elemMatch": {"$in": ["x", "y"]}}},
    {"a": {"$elemMatch": {"$not": {"$gt": 5}}}},
    {"a": {"$elemMatch": {"$elemMatch": {"$gt": 1}}}},
    {"a": {"$elemMatch": {"$regex": "x"}}},
    {"a": {"$elemMatch": {"$nin": [1], "$exists": True}}},
    {"a": {"$elemMatch": {"b.c": 1, "$and": [{"d": 1}, {"e": 2}]}}},
    {"a": {"$elemMatch": {"$ne": None}}, "b": 1},
    {"a": {"$elemMatch": {"0": 1}}},
    {"a": {"$size": 2, "$elemMatch": {"x": 1}}},
    {"a": {"$elemMatch": {"$type": "string"}}},
    {"a": {"$elemMatch": {"$and": [{"x": 1}, {"x": {"$gt": 0}}]}}},
    {"a": {"$all": ["x", "y"]}},
    {"a": {"$all": []}},
    {
        "a": {
            "$all": [
                {"$elemMatch": {"size": "M", "num": {"$gt": 50}}},
                {"$elemMatch": {"num": 100}},
            ]
        }
    },
    {"a": {"$all": [Regex("^a"), 1]}},
    {"a": {"$all": [["x"]]}},
    {"a": {"$all": [{"$elemMatch": {"$gt": 1}}]}},
    {"a": {"$size": 3}},
    {"a": {"$size": 3.0}},
    {"a": {"$size": Int64(0)}},
    {"a": {"$mod": [4, 0]}},
    {"a": {"$mod": [4.0, 1.0]}},
    {"a": {"$mod": [Int64(3), 0]}},
    {"a": {"$bitsAllSet": 35}},
    {"a": {"$bitsAnyClear": [1, 5]}},
    {"a": {"$bitsAllClear": Binary(b"#", 0)}},
    {"a": {"$bitsAnySet": Int64(3)}},
    {"a": {"$bitsAllSet": []}},
    {"a": {"$bitsAllSet": 0}},
    {"$expr": {"$gt": ["$a", "$b"]}},
    {"$expr": {"$eq": ["$a", 1]}},
    {"$expr": {"$and": [{"$gt": ["$a", 1]}, {"$lt": ["$a", 5]}]}},
    {
        "$expr": {
            "$lt": [
                {
                    "$cond": {
                        "if": {"$gte": ["$qty", 100]},
                        "then": {"$multiply": ["$price", 0.5]},
                        "else": "$price",
                    }
                },
                5,
            ]
        }
    },
    {
        "$expr": {
            "$function": {"body": "function(n){return n}", "args": ["$n"], "lang": "js"}
        }
    },
    {"a": 1, "$expr": {"$in": ["$x", [1]]}, "b": 2},
    {"$expr": {"$not": [{"$gt": ["$a", 1]}]}},
    {"$and": [{"$expr": {"$eq": ["$a", "$b"]}}, {"c": 1}]},
    {"$expr": {"$eq": [{"$year": "$d"}, 2020]}},
    {"$expr": {"$or": ["$a", "$b"]}},
    {"$expr": {"$eq": ["$a.b", {"$literal": "$x"}]}},
    {"$expr": [1]},
    {"$expr": {"$gt": [1, "$a"]}},
    {"$expr": 1},
    {"$expr": {"$gt": [{"$size": "$items"}, 1]}},
    {
        "$jsonSchema": {
            "required": ["name"],
            "properties": {
                "name": {"bsonType": "string"},
                "age": {
                    "bsonType": ["int", "long"],
                    "minimum": 0,
                    "maximum": 120,
                    "exclusiveMaximum": False,
                },
                "tags": {
                    "bsonType": "array",
                    "items": {"enum": ["a", None]},
                    "uniqueItems": True,
                },
                "m": {"pattern": "^x$"},
            },
            "additionalProperties": False,
            "bsonType": "object",
            "title": "x",
            "anyOf": [{"properties": {"a": {"not": {"bsonType": "null"}}}}],
        }
    },
    {"$text": {"$search": "coffee"}},
    {
        "$text": {
            "$search": '"coffee shop" -cake',
            "$language": "es",
            "$caseSensitive": True,
            "$diacriticSensitive": False,
        }
    },
    {"$text": {"$caseSensitive": True, "$search": "x"}},
    {"a": 1, "$text": {"$search": "x"}},
    {"$where": "this.a == this.b"},
    {"$where": Code("function() { return this.a; }")},
    {"$where": "function() { return (this.x == 1) }", "a": 1},
    {"$comment": "why", "a": 1},
    {"a": 1, "$comment": "last"},
    {"$sampleRate": 0.33},
    {"a": {"$mod": [2, 0]}, "$comment": "x"},
    {"$comment": {"a": 1}},
    {"loc": {"$geoWithin": {"$geometry": SQUARE}}},
    {"loc": {"$geoWithin": {"$box": [[0, 0], [10, 10]]}}},
    {"loc": {"$geoWithin": {"$center": [[-74, 40.74], 10]}}},
    {"loc": {"$geoWithin": {"$centerSphere": [[-88, 30], 0.0025232135647961246]}}},
    {"loc": {"$geoWithin": {"$polygon": [[0, 0], [3, 6], [6, 0]]}}},
    {
        "loc": {
            "$geoWithin": {
                "$geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [[[[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]]],
                }
            }
        }
    },
    {
        "loc": {
            "$geoWithin": {
                "$geometry": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]],
                    "crs": {
                        "type": "name",
                        "properties": {
                            "name": "urn:x-mongodb:crs:strictwinding:EPSG:4326"
                        },
                    },
                }
            }
        }
    },
    {
        "loc": {
            "$geoIntersects": {
                "$geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
            }
        }
    },
    {"loc": {"$geoIntersects": {"$geometry": MILAN}}},
    {
        "loc": {
            "$geoIntersects": {"$geometry": {"coordinates": [1, 2], "type": "Point"}}
        }
    },
    {
        "loc": {
            "$geoWithin": {
                "$geometry": {"type": "GeometryCollection", "geometries": [SQUARE]}
            }
        }
    },
    {
        "loc": {
            "$near": {"$geometry": MILAN, "$minDistance": 1000, "$maxDistance": 5000}
        }
    },
    {"loc": {"$near": {"$geometry": MILAN, "$maxDistance": 5000}}},
    {"loc": {"$near": [1, 2]}},
    {"loc": {"$near": [1.5, 2], "$maxDistance": 0.1}},
    {
        "loc": {
            "$nearSphere": {"$geometry": MILAN, "$maxDistance": 5, "$minDistance": 1}
        }
    },
    {"loc": {"$nearSphere": [-73.9, 40.7], "$minDistance": 0.0004, "$maxDistance": 1}},
    {"loc": {"$near": {"x": 1, "y": 2}}},
    {"a": 1, "loc": {"$nearSphere": {"$geometry": MILAN}}},
    {"a": {"$gt": MinKey(), "$lt": MaxKey()}},
    {"a": {"$gte": OID}},
    {"a": {"$gt": {"b": 1}}},
    {"a": {"$lt": [1, 2]}},
    {"a": {"$eq": Regex("x")}},
    {"a": {"$ne": "x", "$in": [1]}},
    {"a": {"$eq": [1]}, "b": {"$eq": "$x"}},
    {"a.b": {"$gt": 1}, "a.c": {"$lt": 2}},
    {"a": {"$ne": {"x": None}}},
    {
        "$or": [
            {"name": Regex("ann", "i")},
            {"email": Regex("ann", "i")},
            {"tags": {"$in": [Regex("ann", "i")]}},
        ]
    },
    {
        "items.variants": {"$elemMatch": {"sku": "a", "stock.qty": {"$gte": 1}}},
        "deletedAt": None,
        "$nor": [{"flags": {"$all": ["x"]}}],
    },
    {"_id": OID},
    {"_id": {"$gt": OID}},
    {"_id.x": 1},
    {"_id": {"a": 1, "b": "x"}},
]

UPDATES = [
    {"$set": {"a": 1}},
    {"$set": {"a.b": {"c": 1}, "d.0": [1], "e": None, "f": {}, "g": [], "h": ""}},
    {"$set": {"a": 1, "b": 2}, "$unset": {"c": ""}, "$inc": {"d": 1}},
    {"$inc": {"a": 1, "b.c": -2.5}},
    {"$inc": {"n": Int64(1)}},
    {"$mul": {"price": Decimal128("1.25"), "q": 2}},
    {"$rename": {"nickname": "alias", "name.first": "name.fname"}},
    {"$unset": {"a": 1, "b": "", "c": True}},
    {"$unset": {"a": None}},
    {"$min": {"low": 150}, "$max": {"high": 200}},
    {"$setOnInsert": {"default": 100, "createdAt": DAY}},
    {"$currentDate": {"a": True}},
    {"$currentDate": {"a": {"$type": "timestamp"}, "b": {"$type": "date"}, "c": True}},
    {"$set": {"x": "$y"}},
    {"$set": {"x": {"y.z": 1}}},
    {"$push": {"a": 1}},
    {"$push": {"a": [1, 2]}},
    {"$push": {"a": {"b": 1}}},
    {"$push": {"a": {"$each": [1, 2]}}},
    {"$push": {"a": {"$each": []}}},
    {"$push": {"a": {"$each": [1], "$slice": -5}}},
    {"$push": {"a": {"$each": [{"w": 1}], "$sort": {"w": -1}, "$slice": 3}}},
    {"$push": {"a": {"$each": [50], "$position": 0}}},
    {"$push": {"a": {"$slice": 5, "$each": [1], "$sort": 1, "$position": 2}}},
    {"$push": {"a": {"$each": [], "$sort": {"x.y": 1, "z": -1}}}},
    {"$push": {"a": {"$each": [1], "$slice": 0}}},
    {"$push": {"a": {"$each": [[1, 2]]}}},
    {"$push": {"a": None, "b": "x"}},
    {"$push": {"a.$[].b": 1}},
    {"$addToSet": {"a": "x"}},
    {"$addToSet": {"a": ["x", "y"]}},
    {"$addToSet": {"a": {"$each": ["x", "y"]}}},
    {"$addToSet": {"a": {"$each": []}}},
    {"$addToSet": {"a": {"b": 1}}},
    {"$pop": {"a": 1}},
    {"$pop": {"a": -1, "b.c": 1}},
    {"$pop": {"a": 1.0}},
    {"$pullAll": {"a": [0, 5]}},
    {"$pullAll": {"a": []}},
    {"$pull": {"a": 5}},
    {"$pull": {"a": {"$in": ["x", "y"]}, "b": "c"}},
    {"$pull": {"a": {"$gte": 6}}},
    {"$pull": {"results": {"score": 8, "item": "B"}}},
    {"$pull": {"r": {"answers": {"$elemMatch": {"q": 2, "a": {"$gte": 8}}}}}},
    {"$pull": {"a": {"$gt": 1, "$lt": 5}}},
    {"$pull": {"a": None}},
    {"$pull": {"a": Regex("^x")}},
    {"$pull": {"a": {"$regex": "x"}}},
    {"$pull": {"a": [1, 2]}},
    {"$pull": {"a": {"_id": OID}}},
    {"$pull": {"a": {"$elemMatch": {"x": 1}}}},
    {"$pull": {"a": {}}},
    {"$pull": {"a.$[].b": {"x": {"$lt": 5}}}},
    {"$pull": {"a": {"$or": [{"x": 1}, {"y": 2}]}}},
    {"$pull": {"a": {"$ne": None}}},
    {"$pull": {"a": {"$eq": "x"}}},
    {"$pull": {"a": {"$exists": True}}},
    {"$pull": {"a": {"x.y": {"$in": [1]}}}},
    {"$bit": {"a": {"and": 10}}},
    {"$bit": {"a": {"or": 5}, "b": {"xor": Int64(5)}}},
    {"$bit": {"a": {"and": 1, "or": 2}}},
    {"$set": {"grades.$": 82}},
    {"$set": {"grades.$.std": 6}},
    {"$inc": {"grades.$[]": 10}},
    {"$set": {"grades.$[element]": 100}},
    {"$inc": {"g.$[].q.$[score]": 2}},
    {"$set": {"g.$[t].mean": 1, "g.$[u].x": 2}},
    {"$unset": {"a.$[elem].qty": ""}},
    {"$set": {"a.0.b.$.c": 1}},
    {"$mul": {"a.$[x].b.$[].c": 2}},
    {"$push": {"posts.$.comments": {"text": "x"}}},
    {"$addToSet": {"a.$[x].tags": "t"}},
    {"$set": {"a-b": 1, "c d.e": 2, "class": 3, "set": 4, "first.last": 5, "é": 6}},
    {
        "$set": {
            "_id": OID,
            "updatedAt": DAY,
            "bin": Binary(b"x", 0),
            "re": Regex("x", "i"),
            "ts": Timestamp(1, 1),
            "code": Code("f"),
            "ref": DBRef("a", 1),
            "nan": float("nan"),
            "mk": MinKey(),
        }
    },
    {"$set": {"ts": Timestamp(0, 0)}},
    {"$set": {"list": [{"a": 1, "b": [1, 2.0, None]}]}},
    {"$min": {"d": DAY}},
    {"$max": {"a.b": "x"}},
    [{"$set": {"modified": "$$NOW", "avg": {"$avg": "$tests"}}}, {"$unset": ["tests"]}],
    [{"$replaceWith": {"$mergeObjects": ["$$ROOT", {"x": 1}]}}],
    [
        {
            "$set": {
                "temps": {
                    "$map": {
                        "input": "$temps",
                        "as": "c",
                        "in": {"$add": [{"$multiply": ["$$c", 1.8]}, 32]},
                    }
                }
            }
        }
    ],
    [{"$addFields": {"a": "$b"}}, {"$project": {"c": 0}}],
]
# Kind, MQL, and the whole message about it.
WRONG = [
    (
        "pipeline",
        {"$match": {}},
        "the whole: {'$match': {}} is no array; a pipeline is one",
    ),
    ("pipeline", [{}], "[0]: a stage has one key, its operator; this one has none"),
    (
        "pipeline",
        [{"$match": {}, "$limit": 1}],
        "[0]: a stage has one key, its operator; this one has '$match', '$limit'",
    ),
    (
        "pipeline",
        [{"match": {}}],
        "[0].match: 'match' is no stage of a pipeline; did you mean '$match'?",
    ),
    ("pipeline", ["$match"], "[0]: '$match' is no document; a stage is one"),
    ("pipeline", [None], "[0]: None is no document; a stage is one"),
    (
        "pipeline",
        [{"$mach": {}}],
        "[0].$mach: $mach is no stage of a pipeline; did you mean '$match'?",
    ),
    ("pipeline", [{"$match": 5}], "[0].$match: 5 is no document; a filter is one"),
    (
        "pipeline",
        [{"$match": {"a": {"$gtt": 1}}}],
        "[0].$match.a.$gtt: $gtt is no query operator; did you mean '$gt'?",
    ),
    (
        "pipeline",
        [{"$match": {"$foo": 1}}],
        "[0].$match.$foo: $foo is no query operator of the whole document",
    ),
    (
        "pipeline",
        [{"$match": {"$and": {}}}],
        "[0].$match.$and: {} is no array; $and is one",
    ),
    (
        "pipeline",
        [{"$match": {"$or": []}}],
        "[0].$match.$or: or_ got no filters; it takes at least one",
    ),
    (
        "pipeline",
        [{"$group": {"n": {"$sum": 1}}}],
        "[0].$group: $group lacks '_id', which it groups by; null makes one group",
    ),
    (
        "pipeline",
        [{"$group": {"_id": "$a", "n": "$b"}}],
        "[0].$group.n: '$b' is no document; an accumulator is one",
    ),
    (
        "pipeline",
        [{"$group": {"_id": "$a", "n": {"$summ": 1}}}],
        "[0].$group.n.$summ: $summ is no accumulator; did you mean '$sum'?",
    ),
    (
        "pipeline",
        [{"$group": {"_id": None, "n": {"$add": [1, 2]}}}],
        "[0].$group.n.$add: $add is no accumulator; it is an expression operator",
    ),
    (
        "pipeline",
        [{"$group": "$a"}],
        "[0].$group: '$a' is no document; the argument of $group is one",
    ),
    (
        "pipeline",
        [{"$sort": {"a": "up"}}],
        "[0].$sort.a: 'up' is no direction; 1 goes up, -1 down",
    ),
    (
        "pipeline",
        [{"$sort": {}}],
        "[0].$sort: $sort got no fields; it takes at least one",
    ),
    (
        "pipeline",
        [{"$sort": {"a": 2}}],
        "[0].$sort.a: 2 is no direction; 1 goes up, -1 down",
    ),
    (
        "pipeline",
        [{"$limit": -1}],
        "[0].$limit: $limit got -1; it takes whole numbers from 1 on",
    ),
    (
        "pipeline",
        [{"$limit": "5"}],
        "[0].$limit: $limit got '5'; it takes whole numbers from 1 on",
    ),
    (
        "pipeline",
        [{"$limit": 0}],
        "[0].$limit: $limit got 0; it takes whole numbers from 1 on",
    ),
    (
        "pipeline",
        [{"$skip": 1.5}],
        "[0].$skip: $skip got 1.5; it takes whole numbers from 0 on",
    ),
    (
        "pipeline",
        [{"$project": {}}],
        "[0].$project: $project got no fields; it takes at least one",
    ),
    (
        "pipeline",
        [{"$project": {"a": {"$bogus": 1}}}],
        "[0].$project.a.$bogus: $bogus is no expression operator; did you mean '$log'?",
    ),
    (
        "pipeline",
        [{"$project": {"a": {"$add": [1], "x": 1}}}],
        "[0].$project.a: $add stands beside 'x'; an operator stands alone",
    ),
    (
        "pipeline",
        [{"$lookup": {"from": "x", "as": "y", "pipelin": []}}],
        "[0].$lookup: $lookup has no argument 'pipelin'; did you mean 'pipeline'?; it takes from, localField, foreignField, let, pipeline, as",
    ),
    (
        "pipeline",
        [{"$lookup": {"from": "x", "as": "y", "pipeline": [{"$mtch": {}}]}}],
        "[0].$lookup.pipeline[0].$mtch: $mtch is no stage of a pipeline; did you mean '$match'?",
    ),
    (
        "pipeline",
        [{"$lookup": {"from": "x", "localField": "a"}}],
        "[0].$lookup: $lookup lacks the argument 'as'",
    ),
    (
        "pipeline",
        [{"$unwind": "a"}],
        "[0].$unwind: 'a' is no field; fields are written '$a'",
    ),
    (
        "pipeline",
        [{"$unwind": {"path": "a"}}],
        "[0].$unwind.path: 'a' is no field; fields are written '$a'",
    ),
    ("pipeline", [{"$unwind": {}}], "[0].$unwind: $unwind lacks the argument 'path'"),
    (
        "pipeline",
        [{"$out": "x"}, {"$limit": 1}],
        "[0]: $out is stage 1 of the pipeline; it must be the last stage",
    ),
    (
        "pipeline",
        [{"$limit": 1}, {"$geoNear": {"near": [1, 2], "distanceField": "d"}}],
        "[1]: $geoNear is stage 2 of the pipeline; it must be the first stage",
    ),
    (
        "pipeline",
        [{"$facet": {"a": [{"$out": "x"}]}}],
        "[0].$facet.a[0]: $out stands in a sub-pipeline of $facet, which doesn't take it; write it into a pipeline of its own",
    ),
    (
        "pipeline",
        [{"$facet": {"a": {"$limit": 1}}}],
        "[0].$facet.a: {'$limit': 1} is no array; a pipeline is one",
    ),
    (
        "pipeline",
        [{"$facet": {}}],
        "[0].$facet: $facet got no fields; it takes at least one",
    ),
    ("pipeline", [{"$merge": {}}], "[0].$merge: $merge got {}; it takes a collection"),
    (
        "pipeline",
        [{"$merge": {"into": "x", "whenMatched": "explode"}}],
        "[0].$merge: merge got when_matched='explode'; it is one of: replace, keepExisting, merge, fail, pipeline",
    ),
    (
        "pipeline",
        [{"$bucket": {"groupBy": "$a", "boundaries": [1]}}],
        "[0].$bucket: bucket got boundaries=[1]; it takes at least two",
    ),
    (
        "pipeline",
        [{"$sample": {"n": 3}}],
        "[0].$sample: $sample has no argument 'n'; it takes size",
    ),
    (
        "pipeline",
        [{"$count": ""}],
        "[0].$count: $count got ''; it takes the name of a field to count into",
    ),
    (
        "pipeline",
        [{"$count": "$a"}],
        "[0].$count: $count got '$a'; it takes the name of a field to count into",
    ),
    (
        "pipeline",
        [{"$replaceRoot": "$a"}],
        "[0].$replaceRoot: '$a' is no document; the argument of $replaceRoot is one",
    ),
    (
        "pipeline",
        [
            {
                "$setWindowFields": {
                    "output": {"a": {"$foo": 1, "window": {"documents": [0, 1]}}}
                }
            }
        ],
        "[0].$setWindowFields.output.a.$foo: $foo is no function of windows",
    ),
    (
        "pipeline",
        [
            {
                "$setWindowFields": {
                    "output": {"a": {"$sum": 1, "window": {"documents": [0]}}}
                }
            }
        ],
        "[0].$setWindowFields.output.a: over got documents=[0]; it takes two bounds, such as ('unbounded', 'current')",
    ),
    (
        "pipeline",
        [
            {
                "$setWindowFields": {
                    "output": {"a": {"$sum": 1, "window": {"rows": [0, 1]}}}
                }
            }
        ],
        "[0].$setWindowFields.output.a.window: a window has no 'rows'; it has documents, range, unit",
    ),
    (
        "pipeline",
        [{"$search": {"txt": {"query": "a", "path": "b"}}}],
        "[0].$search.txt: 'txt' is no search operator; did you mean 'text'?",
    ),
    (
        "pipeline",
        [{"$search": {"text": {"query": "a"}}}],
        "[0].$search.text: text lacks the argument 'path'",
    ),
    (
        "pipeline",
        [{"$search": {"compound": {"must": [{"txt": {}}]}}}],
        "[0].$search.compound.must[0].txt: 'txt' is no search operator; did you mean 'text'?",
    ),
    (
        "pipeline",
        [{"$densify": {"field": "a", "range": {"step": 1}}}],
        "[0].$densify: densify got range_={'step': 1}; it takes step, bounds, and unit for dates",
    ),
    (
        "pipeline",
        [{"$unionWith": {"coll": "a", "pipe": []}}],
        "[0].$unionWith: $unionWith has no argument 'pipe'; did you mean 'pipeline'?; it takes coll, pipeline",
    ),
    (
        "pipeline",
        [{"$graphLookup": {"from": "a"}}],
        "[0].$graphLookup: $graphLookup lacks the argument 'startWith'",
    ),
    (
        "pipeline",
        [{"$set": 5}],
        "[0].$set: 5 is no document; the argument of $set is one",
    ),
    (
        "pipeline",
        [{"$unset": {"a": 1}}],
        "[0].$unset: $unset got {'a': 1}; it takes a field's name or a list of them",
    ),
    (
        "pipeline",
        [{"$unset": []}],
        "[0].$unset: $unset got []; it takes a field's name or a list of them",
    ),
    ("pipeline", [{5: 1}], "[0]: the key 5 is no string; BSON keys are"),
    (
        "pipeline",
        [{"$match": {"a": {5: 1}}}],
        "[0].$match.a: the key 5 is no string; BSON keys are",
    ),
    (
        "expression",
        {"$add": ["$a", 1], "$x": 1},
        "the whole: $add stands beside '$x'; an operator stands alone",
    ),
    (
        "expression",
        {"$ad": [1]},
        "$ad: $ad is no expression operator; did you mean '$and'?",
    ),
    ("expression", {"$cond": [1, 2]}, "$cond: $cond got 2 arguments; it takes 3"),
    (
        "expression",
        {"$cond": {"if": 1, "then": 2}},
        "$cond: $cond lacks the argument 'else'",
    ),
    (
        "expression",
        {"$cond": {"if": 1, "then": 2, "els": 3}},
        "$cond: $cond has no argument 'els'; did you mean 'else'?; it takes if, then, else",
    ),
    (
        "expression",
        {"$dateToString": {"fmt": "x", "date": "$d"}},
        "$dateToString: $dateToString has no argument 'fmt'; did you mean 'format'?; it takes date, format, timezone, onNull",
    ),
    (
        "expression",
        {"$subtract": [1]},
        "$subtract: $subtract got 1 argument; it takes 2",
    ),
    (
        "expression",
        {"$subtract": [1, 2, 3]},
        "$subtract: $subtract got 3 arguments; it takes 2",
    ),
    (
        "expression",
        {"$map": {"input": "$a", "in": {"$mul": ["$$this", 2]}}},
        "$map.in.$mul: $mul is no expression operator; did you mean '$multiply'?",
    ),
    (
        "expression",
        {"$map": ["$a"]},
        "$map: ['$a'] names no arguments; $map takes input, in, as, arrayIndexAs",
    ),
    (
        "expression",
        {"$switch": {"branches": [{"case": 1}]}},
        "the whole: switch got the branch {'case': 1}; it takes pairs (case, then)",
    ),
    (
        "expression",
        {"$switch": {"branches": {}}},
        "the whole: switch got no branches; it takes at least one",
    ),
    (
        "expression",
        "$",
        "the whole: '$' names nothing; fields are '$name', variables '$$name'",
    ),
    (
        "expression",
        "$$",
        "the whole: '$$' names nothing; fields are '$name', variables '$$name'",
    ),
    (
        "expression",
        "$a..b",
        "the whole: the field name 'a..b' has the part ''; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        "expression",
        "$a.",
        "the whole: the field name 'a.' has the part ''; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        "expression",
        "$$1x",
        "the whole: a variable is named '1x'; names start with a lower-case letter and go on with letters, digits and underscores",
    ),
    (
        "expression",
        "$$FOO",
        "the whole: a variable is named 'FOO'; names start with a lower-case letter and go on with letters, digits and underscores",
    ),
    (
        "expression",
        {"$let": {"vars": {"X": 1}, "in": 1}},
        "the whole: a variable is named 'X'; names start with a lower-case letter and go on with letters, digits and underscores",
    ),
    (
        "expression",
        {"a": {"b": [{"$foo": 1}]}},
        "a.b[0].$foo: $foo is no expression operator; did you mean '$floor'?",
    ),
    (
        "expression",
        {"a": 1, "$b": 2},
        "the whole: $b stands beside 'a'; an operator stands alone",
    ),
    ("expression", {"$eq": ["$a"]}, "$eq: $eq got 1 argument; it takes 2"),
    ("expression", {"$in": "$a"}, "$in: $in got 1 argument; it takes 2"),
    ("expression", {"$size": ["$a", "$b"]}, "$size: $size got 2 arguments; it takes 1"),
    ("expression", {"$not": ["$a", "$b"]}, "$not: $not got 2 arguments; it takes 1"),
    (
        "expression",
        {"$arrayElemAt": "$a"},
        "$arrayElemAt: $arrayElemAt got 1 argument; it takes 2",
    ),
    ("filter", [], "the whole: [] is no document; a filter is one"),
    ("filter", "a", "the whole: 'a' is no document; a filter is one"),
    ("filter", None, "the whole: None is no document; a filter is one"),
    (
        "filter",
        {"$gt": 1},
        "$gt: $gt stands where a field is named; write {'field': {'$gt': …}}",
    ),
    (
        "filter",
        {"a": {"$gt": 1, "b": 2}},
        "a.b: 'b' stands beside operators; it is none",
    ),
    (
        "filter",
        {"a": {"b": 1, "$gt": 2}},
        "a.$gt: $gt stands behind 'b'; operators stand among themselves",
    ),
    ("filter", {"a": {"$in": 5}}, "a.$in: in_ got 5; it takes a list of values"),
    ("filter", {"a": {"$mod": [1]}}, "a.$mod: $mod doesn't take this"),
    (
        "filter",
        {"a": {"$size": "x"}},
        "a.$size: size_ got 'x'; it takes a whole number",
    ),
    (
        "filter",
        {"a": {"$exists": "yes"}},
        "a.$exists: exists got 'yes'; it takes True, False or a number",
    ),
    (
        "filter",
        {"a": {"$type": "strin"}},
        "a.$type: type_ got 'strin', which is no BSON type; the types are: array, binData, bool, date, dbPointer, decimal, double, int, javascript, javascriptWithScope, long, maxKey, minKey, null, number, object, objectId, regex, string, symbol, timestamp, undefined",
    ),
    (
        "filter",
        {"a": {"$elemMatch": 5}},
        "a.$elemMatch: 5 is no document; a filter is one",
    ),
    (
        "filter",
        {"a": {"$not": 5}},
        "a.$not: $not got 5; it takes operators or a pattern",
    ),
    (
        "filter",
        {"a": {"$regex": 5}},
        "a.$regex: regex got 5; it takes a pattern of text",
    ),
    (
        "filter",
        {"a": {"$options": "i"}},
        "a.$options: $options stands without $regex, which it belongs to",
    ),
    (
        "filter",
        {"$text": {"$serch": "x"}},
        "$text: text got the argument 'serch'; did you mean 'search'?; it takes search, language, case_sensitive, diacritic_sensitive",
    ),
    (
        "filter",
        {"$text": "x"},
        "$text: text got nothing to search for; its first argument is a text",
    ),
    (
        "filter",
        {"$expr": {"$foo": 1}},
        "$expr.$foo: $foo is no expression operator; did you mean '$floor'?",
    ),
    ("filter", {"a": {"$all": 5}}, "a.$all: $all doesn't take this"),
    ("filter", {"$and": [5]}, "$and[0]: 5 is no document; a filter is one"),
    (
        "filter",
        {"$or": [{"a": {"$gte": 1, "$lx": 2}}]},
        "$or[0].a.$lx: $lx is no query operator; did you mean '$lt'?",
    ),
    ("filter", {"$nor": {"a": 1}}, "$nor: {'a': 1} is no array; $nor is one"),
    (
        "filter",
        {"a": {"$geoWithin": {"$shape": 1}}},
        "a.$geoWithin: $geoWithin doesn't take this",
    ),
    (
        "filter",
        {"a": {"$near": {"$geometry": {"type": "Pint", "coordinates": [1, 2]}}}},
        "a.$near: GeoJSON type 'Pint' is no geometry; use one of: Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon, GeometryCollection",
    ),
    (
        "filter",
        {"a": {"$bitsAllSet": "x"}},
        "a.$bitsAllSet: bits_all_set got 'x'; it takes an integer, bytes or a list of positions",
    ),
    (
        "filter",
        {"a": 1180591620717411303424},
        "a: the integer 1180591620717411303424 has more than 64 bits; BSON can't store it",
    ),
    (
        "filter",
        {"a\x00b": 1},
        "the whole: the key 'a\\x00b' holds a NUL byte; BSON can't store it",
    ),
    (
        "filter",
        {"a": "\ud800"},
        "a: '\\ud800' holds half a surrogate pair; BSON can't store it",
    ),
    (
        "filter",
        {"a.$gt": 1},
        "['a.$gt']: the field name 'a.$gt' has the part '$gt'; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        "filter",
        {"$where": 5},
        "$where: $where got 5; it takes JavaScript, as a text or Code",
    ),
    (
        "filter",
        {"$jsonSchema": 5},
        "$jsonSchema: json_schema got 5; it takes a document",
    ),
    (
        "filter",
        {"$sampleRate": 2},
        "$sampleRate: sample_rate got 2; it takes a probability from 0 to 1",
    ),
    ("filter", {"a": {"$eq": 1, "$foo": 2}}, "a.$foo: $foo is no query operator"),
    (
        "filter",
        {"a": {"$and": [{"b": 1}]}},
        "a.$and: $and stands below a field; it takes whole documents",
    ),
    (
        "filter",
        {"a..b": 1},
        "['a..b']: the field name 'a..b' has the part ''; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    ("update", 5, "the whole: 5 is no document; an update is one"),
    ("update", {"a": 1}, "a: 'a' is no update operator; a replacement is no update"),
    (
        "update",
        {"$sett": {"a": 1}},
        "$sett: $sett is no update operator; did you mean '$set'?",
    ),
    ("update", {"$set": 5}, "$set: 5 is no document; the argument of $set is one"),
    ("update", {"$set": {}}, "$set: $set changes no field; leave it out"),
    (
        "update",
        {"$set": {"a": 1}, "b": 2},
        "b: 'b' is no update operator; a replacement is no update",
    ),
    ("update", {"$inc": {"a": "x"}}, "$inc.a: inc of 'a' got 'x'; it takes a number"),
    (
        "update",
        {"$push": {"a": {"$ech": [1]}}},
        "$push.a: $push has no modifier $ech; did you mean '$each'?; it takes $each, $position, $slice, $sort",
    ),
    (
        "update",
        {"$push": {"a": {"$each": 1}}},
        "$push.a: push of 'a' got each=1; it takes a list of values",
    ),
    (
        "update",
        {"$pop": {"a": 2}},
        "$pop.a: pop got 2; it takes 1 for the last item or -1 for the first",
    ),
    (
        "update",
        {"$set": {"a": 1}, "$inc": {"a": 1}},
        "the whole: $set of 'a' conflicts with $inc of 'a'; an update changes a path and its parts once",
    ),
    (
        "update",
        {"$set": {"a": 1, "a.b": 2}},
        "the whole: $set of 'a' conflicts with $set of 'a.b'; an update changes a path and its parts once",
    ),
    (
        "update",
        {"$bit": {"a": {"nand": 1}}},
        "$bit.a: bit got the argument 'nand'; did you mean 'and_'?; it takes and_, or_, xor",
    ),
    (
        "update",
        {"$currentDate": {"a": "x"}},
        "$currentDate.a: current_date got 'x'; it takes 'date', 'timestamp' or a boolean",
    ),
    (
        "update",
        {"$rename": {"a": 1}},
        "$rename.a: rename got 1; it takes a field's new name",
    ),
    (
        "update",
        {"$pull": {"a": {"$foo": 1}}},
        "$pull.a.$foo: $foo is no query operator",
    ),
    (
        "update",
        {"$pullAll": {"a": 1}},
        "$pullAll.a: pull_all got 1; it takes a list of values",
    ),
    (
        "update",
        {"$set": {"$a": 1}},
        "$set.$a: the field name '$a' has the part '$a'; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        "update",
        {"$set": {"a.$[": 1}},
        "the whole: filtered got the name ''; it starts with a lower-case letter and goes on with letters and digits",
    ),
    (
        "update",
        {"$unset": ["a"]},
        "$unset: ['a'] is no document; the argument of $unset is one",
    ),
    (
        "update",
        [{"$match": {}}],
        "[0]: an update got the stage $match; its pipeline takes $addFields, $project, $replaceRoot, $replaceWith, $set, $unset",
    ),
    ("update", [5], "[0]: 5 is no document; a stage is one"),
    ("update", {"$set": {5: 1}}, "$set: the key 5 is no string; BSON keys are"),
    (
        "expression",
        {"$push": "$a"},
        "$push: $push is no expression operator; it is an accumulator",
    ),
    (
        "expression",
        {"$ifNull": ["$a"]},
        "$ifNull: $ifNull got 1 argument; it takes at least 2",
    ),
    (
        "pipeline",
        [{"$search": {"index": "x"}}],
        "[0].$search: a search has one operator; this one has none",
    ),
    (
        "pipeline",
        [{"$search": {"text": {"path": "a", "query": "b"}, "phrase": {}}}],
        "[0].$search: a search has one operator; this one has 'text', 'phrase'",
    ),
    (
        "pipeline",
        [{"$search": {"compound": {"must": 5}}}],
        "[0].$search.compound.must: 5 is no search operator; it takes documents of one",
    ),
    (
        "pipeline",
        [{"$sample": {"size": 0}}],
        "[0].$sample.size: $sample got 0; it takes whole numbers from 1 on",
    ),
    (
        "pipeline",
        [{"$unwind": 5}],
        "[0].$unwind: 5 is no field; $unwind takes one, such as '$tags'",
    ),
    ("pipeline", [{"$out": 5}], "[0].$out: $out got 5; it takes a collection"),
    (
        "pipeline",
        [{"$rankFusion": {"input": {"pipelines": {"a": [{"$mtch": {}}]}}}}],
        "[0].$rankFusion.input.pipelines.a[0].$mtch: $mtch is no stage of a pipeline; did you mean '$match'?",
    ),
    (
        "pipeline",
        [{"$merge": {"into": "x", "whenMatched": [{"$match": {}}]}}],
        "[0].$merge.whenMatched[0]: an update got the stage $match; its pipeline takes $addFields, $project, $replaceRoot, $replaceWith, $set, $unset",
    ),
    (
        "pipeline",
        [{"$setWindowFields": {"output": {"a": {"$mergeObjects": "$x"}}}}],
        "[0].$setWindowFields.output.a.$mergeObjects: $mergeObjects is no function of windows; it is an expression operator",
    ),
    (
        "filter",
        {"a": {"$maxDistance": 5}},
        "a.$maxDistance: $maxDistance stands without $near or $nearSphere, which it belongs to",
    ),
    (
        "expression",
        {"$dateToString": "$d"},
        "$dateToString: '$d' names no arguments; $dateToString takes date, format, timezone, onNull",
    ),
    ("expression", {"$year": ["$a", "$b"]}, "$year: $year got 2 arguments; it takes 1"),
    (
        "expression",
        {"a": {"b.c": 1}},
        "a['b.c']: the name 'b.c' has a dot; nest documents",
    ),
    ("filter", {"$foo": 1}, "$foo: $foo is no query operator of the whole document"),
    (
        "filter",
        {"$ore": []},
        "$ore: $ore is no query operator of the whole document; did you mean '$or'?",
    ),
    ("filter", {"a": [{"b": {1: 2}}]}, "a[0].b: the key 1 is no string; BSON keys are"),
    (
        "filter",
        {"a": {"b": ["\ud800"]}},
        "a.b[0]: '\\ud800' holds half a surrogate pair; BSON can't store it",
    ),
    (
        "update",
        {"$inc": {"a.$": "x"}},
        "$inc['a.$']: inc of 'a.$' got 'x'; it takes a number",
    ),
    (
        "pipeline",
        [{"$lookup": {"from": "x", "as": "y", "pipeline": [{"$out": "z"}]}}],
        "[0].$lookup.pipeline[0]: $out stands in a sub-pipeline of $lookup, which doesn't take it; write it into a pipeline of its own",
    ),
    (
        "pipeline",
        [{"$lookup": {"from": "x", "as": "y", "pipeline": {"$match": {}}}}],
        "[0].$lookup.pipeline: {'$match': {}} is no array; a pipeline is one",
    ),
    (
        "pipeline",
        [{"$group": {"_id": {"$yer": "$d"}}}],
        "[0].$group._id.$yer: $yer is no expression operator; did you mean '$year'?",
    ),
    (
        "pipeline",
        [
            {
                "$bucket": {
                    "groupBy": "$a",
                    "boundaries": [1, 2],
                    "output": {"n": {"$sum": {"$foo": 1}}},
                }
            }
        ],
        "[0].$bucket.output.n.$sum.$foo: $foo is no expression operator; did you mean '$floor'?",
    ),
    (
        "pipeline",
        [{"$sort": {"a": True}}],
        "[0].$sort.a: True is no direction; 1 goes up, -1 down",
    ),
]
