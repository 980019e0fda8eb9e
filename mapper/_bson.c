/* Objects of BSON, without dictionaries in between.
 *
 * A `Plan` says what a value becomes: plans of classes have plans for their fields, plans
 * of arrays one for their items. They are made by `mapper.generation.planning`, once for
 * each class, and make what the generated code makes, of fewer documents: where a value
 * isn't of the type that its plan expects, the *hook* of the plan is asked, a function in
 * Python that gets the value as a document of its own. Where that fails, or the BSON is
 * damaged, no object is made of the document, and nothing is said about it: Python then
 * reads the same document, and knows what is wrong.
 *
 * Safety comes from one place. `next_element` is the only function that finds where values
 * begin and end: it checks lengths against what encloses them, and terminators. What reads
 * a value gets an `Element`, whose bytes are there.
 *
 * A function that returns an object returns a new reference, or NULL if there is none to
 * be made; an exception may be set then, but needn't.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <datetime.h>
#include <structmember.h>

#include <stdint.h>
#include <string.h>

enum {
    DEEPEST = 100, /* documents within each other; more are left to Python */
    FEW = 64,      /* fields of a class that need no memory of their own */
    WRAPPING = 7,  /* bytes around a value in a document of its own */
};

enum { /* types of BSON */
    DOUBLE = 1, STRING = 2, DOCUMENT = 3, ARRAY = 4, BINARY = 5, UNDEFINED = 6,
    OBJECT_ID = 7, BOOLEAN = 8, DATE = 9, NOTHING = 10, REGEX = 11, POINTER = 12,
    CODE = 13, SYMBOL = 14, SCOPED_CODE = 15, INT32 = 16, TIMESTAMP = 17, INT64 = 18,
    DECIMAL = 19, MAX_KEY = 127, MIN_KEY = 255,
};

/* ---- BSON ------------------------------------------------------------------------ */

/* What is left of a batch, or of a document without its length and its terminator. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} Span;

/* A key and a value. A value of *size* bytes is in bounds, and so are, within it, the
 * text of a string and the elements of a document with their terminators. */
typedef struct {
    uint8_t type;
    const char *key;
    Py_ssize_t key_size;
    const uint8_t *value;
    Py_ssize_t size;
} Element;

static Py_ssize_t left(const Span *span) {
    return span->end - span->at;
}

static int32_t int32_at(const uint8_t *at) {
    return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16
                     | (uint32_t)at[3] << 24);
}

static int64_t int64_at(const uint8_t *at) {
    return (int64_t)((uint64_t)(uint32_t)int32_at(at)
                     | (uint64_t)(uint32_t)int32_at(at + 4) << 32);
}

static double double_at(const uint8_t *at) {
    int64_t bits = int64_at(at);
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Return the size of a value that says its own: *before* bytes with its length first,
 * then that many; -1 if it isn't all there. */
static Py_ssize_t said_size(const Span *span, Py_ssize_t before, int32_t least) {
    if (left(span) < before) {
        return -1;
    }
    int32_t length = int32_at(span->at);
    return length < least || length > left(span) - before ? -1 : before + length;
}

/* Return the size of a text with its length and its terminator, or -1. */
static Py_ssize_t text_size(const Span *span) {
    Py_ssize_t size = said_size(span, 4, 1);
    return size < 0 || span->at[size - 1] != 0 ? -1 : size;
}

/* Return the size of a document, or -1; it counts its length and its terminator. */
static Py_ssize_t document_size(const Span *span) {
    if (left(span) < 5) {
        return -1;
    }
    int32_t length = int32_at(span->at);
    int fits = length >= 5 && length <= left(span) && span->at[length - 1] == 0;
    return fits ? length : -1;
}

/* Return the size of two names with their terminators, or -1. */
static Py_ssize_t names_size(const Span *span) {
    const uint8_t *at = span->at;
    for (int each = 0; each < 2; each++) {
        at = at < span->end ? memchr(at, 0, (size_t)(span->end - at)) : NULL;
        if (at == NULL) {
            return -1;
        }
        at++;
    }
    return at - span->at;
}

static Py_ssize_t sized(const Span *span, Py_ssize_t size) {
    return size <= left(span) ? size : -1;
}

/* Return the size of the value of a *type* that begins *span*; -1 if it isn't all there,
 * or there is no such type. */
static Py_ssize_t value_size(uint8_t type, const Span *span) {
    Py_ssize_t size;
    switch (type) {
    case STRING:
    case CODE:
    case SYMBOL:
        return text_size(span);
    case DOCUMENT:
    case ARRAY:
        return document_size(span);
    case BINARY:
        return said_size(span, 5, 0);
    case REGEX:
        return names_size(span);
    case POINTER:
        size = text_size(span);
        return size < 0 ? -1 : sized(span, size + 12);
    case SCOPED_CODE: /* its length counts itself; the driver looks inside */
        size = left(span) < 4 ? -1 : int32_at(span->at);
        return size < 4 ? -1 : sized(span, size);
    case UNDEFINED:
    case NOTHING:
    case MAX_KEY:
    case MIN_KEY:
        return 0;
    case BOOLEAN:
        return sized(span, 1);
    case INT32:
        return sized(span, 4);
    case DOUBLE:
    case DATE:
    case TIMESTAMP:
    case INT64:
        return sized(span, 8);
    case OBJECT_ID:
        return sized(span, 12);
    case DECIMAL:
        return sized(span, 16);
    default:
        return -1;
    }
}

/* Take the next element off *rest*. Return 0 at the end, and -1 if the BSON is damaged. */
static int next_element(Span *rest, Element *found) {
    if (rest->at >= rest->end) {
        return 0;
    }
    found->type = *rest->at++;
    const uint8_t *stop = memchr(rest->at, 0, (size_t)left(rest));
    if (stop == NULL) {
        return -1;
    }
    found->key = (const char *)rest->at;
    found->key_size = stop - rest->at;
    rest->at = stop + 1;
    found->value = rest->at;
    found->size = value_size(found->type, rest);
    if (found->size < 0) {
        return -1;
    }
    rest->at += found->size;
    return 1;
}

/* Return what is within a document or array of *size* bytes. */
static Span within(const uint8_t *value, Py_ssize_t size) {
    return (Span){value + 4, value + size - 1};
}

/* Tell whether the parts of a value are all there, and theirs. The driver, which gets some
 * values to decode, looks less closely at arrays. */
static int is_whole(uint8_t type, const uint8_t *value, Py_ssize_t size, int depth) {
    if (type == SCOPED_CODE) { /* its length, a text and a document */
        Span rest = {value + 4, value + size};
        Py_ssize_t text = text_size(&rest);
        rest.at += text < 0 ? 0 : text;
        int fits = text > 0 && document_size(&rest) == left(&rest);
        return fits && is_whole(DOCUMENT, rest.at, left(&rest), depth);
    }
    if (type != DOCUMENT && type != ARRAY) {
        return 1;
    }
    Span rest = within(value, size);
    Element each;
    int more = depth < DEEPEST ? 1 : -1;
    while (more > 0 && (more = next_element(&rest, &each)) > 0) {
        more = is_whole(each.type, each.value, each.size, depth + 1) ? 1 : -1;
    }
    return more == 0;
}

static int is_called(const Element *element, const char *name, Py_ssize_t size) {
    return element->key_size == size && memcmp(element->key, name, (size_t)size) == 0;
}

/* Tell whether the document around *element* may be one that the driver makes a `DBRef`
 * of, which no class is stored as. */
static int is_reference(const Element *element) {
    return is_called(element, "$ref", 4);
}

/* ---- Plans ----------------------------------------------------------------------- */

typedef struct Plan Plan;
typedef PyObject *(*Reader)(Plan *, const Element *, int depth);

/* A field of a class. */
typedef struct {
    PyObject *stored; /* its name in documents, whose UTF-8 *key* is */
    const char *key;
    Py_ssize_t key_size;
    Plan *plan;
    PyObject *name;    /* of the attribute */
    Py_ssize_t offset; /* of its slot; 0 if it has none */
    int required;
    PyObject *value; /* the default, unless there is *make*, which is called with the */
    PyObject *make;  /* instance that is being made */
} Field;

struct Plan {
    PyObject_HEAD
    Reader read;
    PyObject *hook;     /* is asked for values of other types, as documents of their own */
    PyObject *argument; /* the class, what makes an array of a list, or known texts */
    Plan *inner;        /* of items; for classes, of what no field describes */
    Field *fields;      /* what follows is of classes */
    Py_ssize_t count;
    PyObject *arguments; /* names of fields, if the class is called with them, or NULL */
    PyObject *known;     /* names that no field reads, if others are refused, or NULL */
    Py_ssize_t slot;     /* offset of an id's bytes, of what documents remember, or 0 */
};

/* Ask the hook of *plan* for what becomes of *element*. */
static PyObject *by_hook(Plan *plan, const Element *element) {
    if (element->size > INT32_MAX - WRAPPING
        || !is_whole(element->type, element->value, element->size, 0)) {
        return NULL;
    }
    uint32_t length = (uint32_t)(element->size + WRAPPING);
    PyObject *wrapped = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    if (wrapped == NULL) {
        return NULL;
    }
    uint8_t *at = (uint8_t *)PyBytes_AS_STRING(wrapped);
    for (int each = 0; each < 4; each++) {
        *at++ = (uint8_t)(length >> 8 * each);
    }
    *at++ = element->type;
    *at++ = 0; /* a key without letters */
    memcpy(at, element->value, (size_t)element->size);
    at[element->size] = 0;
    PyObject *found = PyObject_CallOneArg(plan->hook, wrapped);
    Py_DECREF(wrapped);
    return found;
}

/* ---- Values without parts -------------------------------------------------------- */

static PyObject *read_other(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    return by_hook(plan, element);
}

static PyObject *text_of(const Element *element) {
    return PyUnicode_DecodeUTF8((const char *)element->value + 4, element->size - 5, NULL);
}

static PyObject *read_text(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    return element->type == STRING ? text_of(element) : by_hook(plan, element);
}

static PyObject *read_integer(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    switch (element->type) {
    case INT32:
        return PyLong_FromLong(int32_at(element->value));
    case INT64:
        return PyLong_FromLongLong(int64_at(element->value));
    default:
        return by_hook(plan, element);
    }
}

static PyObject *read_double(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    switch (element->type) {
    case DOUBLE:
        return PyFloat_FromDouble(double_at(element->value));
    case INT32:
        return PyFloat_FromDouble(int32_at(element->value));
    case INT64:
        return PyFloat_FromDouble((double)int64_at(element->value));
    default:
        return by_hook(plan, element);
    }
}

static PyObject *read_boolean(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    if (element->type != BOOLEAN || element->value[0] > 1) {
        return by_hook(plan, element);
    }
    return PyBool_FromLong(element->value[0]);
}

static PyObject *read_nothing(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    return element->type == NOTHING ? Py_NewRef(Py_None) : by_hook(plan, element);
}

static PyObject *read_bytes(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    if (element->type != BINARY || element->value[4] != 0) {
        return by_hook(plan, element);
    }
    return PyBytes_FromStringAndSize((const char *)element->value + 5, element->size - 5);
}

static PyObject *new_instance(PyObject *kind) {
    PyObject *nothing = PyTuple_New(0); /* there is one for all */
    PyObject *made = PyBaseObject_Type.tp_new((PyTypeObject *)kind, nothing, NULL);
    Py_DECREF(nothing);
    return made;
}

static void fill_slot(PyObject *made, Py_ssize_t offset, PyObject *value) {
    PyObject **slot = (PyObject **)((char *)made + offset);
    Py_XSETREF(*slot, value);
}

static PyObject *read_id(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    if (element->type != OBJECT_ID) {
        return by_hook(plan, element);
    }
    PyObject *value = PyBytes_FromStringAndSize((const char *)element->value, 12);
    PyObject *made = value == NULL ? NULL : new_instance(plan->argument);
    if (made == NULL) {
        Py_XDECREF(value);
        return NULL;
    }
    fill_slot(made, plan->slot, value);
    return made;
}

/* The milliseconds between 1970 and the years 1 and 10000, and the days of some spans;
 * years that begin in March have their leap day at the end. */
#define FIRST_MOMENT (-62135596800000LL)
#define LAST_MOMENT 253402300799999LL
enum {
    DAY = 86400000,
    MARCH_OF_YEAR_0 = 719468, /* days before 1970 */
    YEAR = 365,
    FOUR_YEARS = 4 * YEAR + 1,
    CENTURY = 25 * FOUR_YEARS - 1,
    FOUR_CENTURIES = 4 * CENTURY + 1,
};

static int is_moment(const Element *element) {
    int64_t value = int64_at(element->value);
    return FIRST_MOMENT <= value && value <= LAST_MOMENT;
}

static PyObject *moment_of(int64_t value) {
    static const int month_ends[] = {31, 61, 92, 122, 153, 184,
                                     214, 245, 275, 306, 337, 366};
    /* Counted from March of the year 0, no day and no moment is negative. */
    int64_t since = value + (int64_t)MARCH_OF_YEAR_0 * DAY;
    int days = (int)(since / DAY), rest = (int)(since % DAY);
    int year = days / FOUR_CENTURIES * 400;
    days %= FOUR_CENTURIES;
    int centuries = days / CENTURY < 3 ? days / CENTURY : 3; /* the last is a day longer */
    days -= centuries * CENTURY;
    year += centuries * 100 + days / FOUR_YEARS * 4;
    days %= FOUR_YEARS;
    int years = days / YEAR < 3 ? days / YEAR : 3; /* likewise */
    days -= years * YEAR;
    year += years;
    int month = days / 32;
    while (days >= month_ends[month]) {
        month++;
    }
    int day = days - (month == 0 ? 0 : month_ends[month - 1]) + 1;
    month += 3;
    if (month > 12) {
        month -= 12;
        year++;
    }
    return PyDateTimeAPI->DateTime_FromDateAndTime(
        year, month, day, rest / 3600000, rest / 60000 % 60, rest / 1000 % 60,
        rest % 1000 * 1000, PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType);
}

static PyObject *read_moment(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    if (element->type != DATE || !is_moment(element)) {
        return by_hook(plan, element);
    }
    return moment_of(int64_at(element->value));
}

static PyObject *read_choice(Plan *plan, const Element *element, int Py_UNUSED(depth)) {
    if (element->type != STRING) {
        return by_hook(plan, element);
    }
    PyObject *text = text_of(element);
    if (text == NULL) {
        return NULL;
    }
    PyObject *found = PyDict_GetItemWithError(plan->argument, text);
    Py_DECREF(text);
    if (found != NULL) {
        return Py_NewRef(found);
    }
    return PyErr_Occurred() ? NULL : by_hook(plan, element);
}

/* ---- Values with parts ----------------------------------------------------------- */

static PyObject *read_maybe(Plan *plan, const Element *element, int depth) {
    if (element->type == NOTHING || element->type == UNDEFINED) {
        return Py_NewRef(Py_None);
    }
    return plan->inner->read(plan->inner, element, depth);
}

static PyObject *read_array(Plan *plan, const Element *element, int depth) {
    if (element->type != ARRAY) {
        return by_hook(plan, element);
    }
    PyObject *items = depth < DEEPEST ? PyList_New(0) : NULL;
    if (items == NULL) {
        return NULL;
    }
    Span rest = within(element->value, element->size);
    Element each;
    int more;
    while ((more = next_element(&rest, &each)) > 0) {
        PyObject *item = plan->inner->read(plan->inner, &each, depth + 1);
        more = item == NULL ? -1 : PyList_Append(items, item);
        Py_XDECREF(item);
        if (more < 0) {
            break;
        }
    }
    if (more < 0) {
        Py_CLEAR(items);
    }
    if (items == NULL || plan->argument == Py_None) {
        return items;
    }
    PyObject *made = PyObject_CallOneArg(plan->argument, items);
    Py_DECREF(items);
    return made;
}

static int add_entry(PyObject *entries, Plan *plan, const Element *element, int depth) {
    if (is_reference(element)) {
        return -1;
    }
    PyObject *key = PyUnicode_DecodeUTF8(element->key, element->key_size, NULL);
    if (key == NULL) {
        return -1;
    }
    PyObject *value = plan->read(plan, element, depth);
    int added = value == NULL ? -1 : PyDict_SetItem(entries, key, value);
    Py_XDECREF(value);
    Py_DECREF(key);
    return added;
}

static PyObject *read_entries(Plan *plan, const Element *element, int depth) {
    if (element->type != DOCUMENT) {
        return by_hook(plan, element);
    }
    PyObject *entries = depth < DEEPEST ? PyDict_New() : NULL;
    if (entries == NULL) {
        return NULL;
    }
    Span rest = within(element->value, element->size);
    Element each;
    int more;
    while ((more = next_element(&rest, &each)) > 0) {
        more = add_entry(entries, plan->inner, &each, depth + 1);
        if (more < 0) {
            break;
        }
    }
    if (more < 0) {
        Py_CLEAR(entries);
    }
    return entries;
}

/* ---- What no field describes ----------------------------------------------------- */

static int is_text(const char *text, Py_ssize_t size) {
    PyObject *decoded = PyUnicode_DecodeUTF8(text, size, NULL);
    Py_XDECREF(decoded);
    return decoded != NULL;
}

/* Tell whether the driver takes all of a document; 0 if it has to be asked. */
static int is_sound(Plan *plan, const Element *element, int depth) {
    Span rest = within(element->value, element->size);
    Element each;
    int more = depth < DEEPEST ? 1 : -1;
    while (more > 0 && (more = next_element(&rest, &each)) > 0) {
        int plain = !is_reference(&each) && is_text(each.key, each.key_size);
        PyObject *nothing = plain ? plan->read(plan, &each, depth + 1) : NULL;
        more = nothing == NULL ? -1 : 1;
        Py_XDECREF(nothing);
    }
    return more == 0;
}

/* Pass *element* over, which must be what the driver takes, or else nothing is made of
 * the document. Of what can be wrong in many ways, the hook asks the driver. */
static PyObject *read_passing(Plan *plan, const Element *element, int depth) {
    int sound = 0;
    switch (element->type) {
    case DOUBLE:
    case OBJECT_ID:
    case NOTHING:
    case INT32:
    case INT64:
        sound = 1;
        break;
    case BOOLEAN:
        sound = element->value[0] <= 1;
        break;
    case DATE:
        sound = is_moment(element);
        break;
    case STRING:
        sound = is_text((const char *)element->value + 4, element->size - 5);
        break;
    case DOCUMENT:
    case ARRAY:
        sound = is_sound(plan, element, depth);
        break;
    default:
        break;
    }
    if (sound) {
        return Py_NewRef(Py_None);
    }
    return PyErr_Occurred() ? NULL : by_hook(plan, element);
}

/* ---- Instances ------------------------------------------------------------------- */

/* Pass over what no field of the class describes, unless the class refuses it. */
static int pass_over(Plan *plan, const Element *element, int depth) {
    if (is_reference(element)) {
        return -1;
    }
    PyObject *name = PyUnicode_DecodeUTF8(element->key, element->key_size, NULL);
    if (name == NULL) {
        return -1;
    }
    int known = plan->known == NULL ? 1 : PySet_Contains(plan->known, name);
    Py_DECREF(name);
    PyObject *nothing = known > 0 ? plan->inner->read(plan->inner, element, depth) : NULL;
    Py_XDECREF(nothing);
    return nothing == NULL ? -1 : 0;
}

/* Return the place of the field that *element* is of, or the number of fields. Most
 * documents have their fields in the order of the class, so *likely* is tried first. */
static Py_ssize_t place_of(const Plan *plan, const Element *element, Py_ssize_t likely) {
    for (Py_ssize_t each = 0; each < plan->count; each++) {
        Py_ssize_t place = likely + each;
        place -= place >= plan->count ? plan->count : 0;
        if (is_called(element, plan->fields[place].key, plan->fields[place].key_size)) {
            return place;
        }
    }
    return plan->count;
}

/* Read the fields of a class into *values*; what isn't stored stays NULL. */
static int read_fields(Plan *plan, Span rest, PyObject **values, int depth) {
    Py_ssize_t likely = 0;
    Element each;
    int more;
    while ((more = next_element(&rest, &each)) > 0) {
        Py_ssize_t place = place_of(plan, &each, likely);
        if (place == plan->count) {
            if (pass_over(plan, &each, depth + 1) < 0) {
                return -1;
            }
            continue;
        }
        Plan *inner = plan->fields[place].plan;
        PyObject *value = inner->read(inner, &each, depth + 1);
        if (value == NULL) {
            return -1;
        }
        Py_XSETREF(values[place], value); /* of a key that is there twice the last counts */
        likely = place + 1 < plan->count ? place + 1 : 0;
    }
    return more;
}

/* Return the default of a field of *made*. */
static PyObject *default_of(const Field *field, PyObject *made) {
    if (field->required) {
        return NULL;
    }
    if (field->make != Py_None) {
        return PyObject_CallOneArg(field->make, made);
    }
    return Py_NewRef(field->value);
}

/* Make an instance by storing *values*, in the order of the class: defaults may ask it
 * for the fields before them. What is stored is taken out of *values*. */
static PyObject *stored_instance(Plan *plan, PyObject **values) {
    PyObject *made = new_instance(plan->argument);
    for (Py_ssize_t each = 0; made != NULL && each < plan->count; each++) {
        Field *field = &plan->fields[each];
        PyObject *value = values[each];
        values[each] = NULL;
        value = value == NULL ? default_of(field, made) : value;
        if (value == NULL) {
            Py_CLEAR(made);
        } else if (field->offset > 0) {
            fill_slot(made, field->offset, value);
        } else {
            int failed = PyObject_GenericSetAttr(made, field->name, value);
            Py_DECREF(value);
            if (failed) {
                Py_CLEAR(made);
            }
        }
    }
    return made;
}

/* Make an instance by calling the class with all *values*. */
static PyObject *called_instance(Plan *plan, PyObject **values) {
    for (Py_ssize_t each = 0; each < plan->count; each++) {
        if (values[each] == NULL) {
            values[each] = default_of(&plan->fields[each], Py_None);
            if (values[each] == NULL) {
                return NULL;
            }
        }
    }
    return PyObject_Vectorcall(plan->argument, values, 0, plan->arguments);
}

static PyObject *made_of(Plan *plan, PyObject **values, Span content, int depth) {
    memset(values, 0, (size_t)plan->count * sizeof(PyObject *));
    PyObject *made = NULL;
    if (read_fields(plan, content, values, depth) == 0) {
        int called = plan->arguments != NULL;
        made = called ? called_instance(plan, values) : stored_instance(plan, values);
    }
    for (Py_ssize_t each = 0; each < plan->count; each++) {
        Py_XDECREF(values[each]);
    }
    return made;
}

/* Make an instance of what is within a document. */
static PyObject *instance_of(Plan *plan, Span content, int depth) {
    PyObject *few[FEW];
    if (depth >= DEEPEST || plan->fields == NULL) {
        return NULL;
    }
    if (plan->count <= FEW) {
        return made_of(plan, few, content, depth);
    }
    PyObject **many = PyMem_New(PyObject *, plan->count);
    if (many == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *made = made_of(plan, many, content, depth);
    PyMem_Free(many);
    return made;
}

static PyObject *read_instance(Plan *plan, const Element *element, int depth) {
    if (element->type != DOCUMENT) {
        return by_hook(plan, element);
    }
    return instance_of(plan, within(element->value, element->size), depth);
}

/* ---- Batches --------------------------------------------------------------------- */

/* Make an instance of a document, which it remembers if its class has a slot for that. */
static PyObject *whole_instance(Plan *plan, const uint8_t *document, Py_ssize_t size) {
    PyObject *made = instance_of(plan, within(document, size), 0);
    if (made == NULL || plan->slot == 0) {
        return made;
    }
    PyObject *state = PyBytes_FromStringAndSize((const char *)document, size);
    if (state == NULL) {
        Py_DECREF(made);
        return NULL;
    }
    fill_slot(made, plan->slot, state);
    return made;
}

/* Let errors be forgotten, for Python finds them anew; tell whether there is none left:
 * what interrupts the program isn't an `Exception`. */
static int is_forgotten(void) {
    if (!PyErr_Occurred()) {
        return 1;
    }
    if (!PyErr_ExceptionMatches(PyExc_Exception)) {
        return 0;
    }
    PyErr_Clear();
    return 1;
}

static int check_place(PyObject *batch, Py_ssize_t place) {
    if (place >= 0 && place <= PyBytes_GET_SIZE(batch)) {
        return 0;
    }
    PyErr_Format(PyExc_ValueError, "place is %zd; the batch has %zd bytes", place,
                 PyBytes_GET_SIZE(batch));
    return -1;
}

static Span from_place(PyObject *batch, Py_ssize_t place) {
    const uint8_t *start = (const uint8_t *)PyBytes_AS_STRING(batch);
    return (Span){start + place, start + PyBytes_GET_SIZE(batch)};
}

PyDoc_STRVAR(load_doc,
"load(batch, place, most, found)\n--\n\n"
"Append instances of *most* documents of *batch*, from *place* on, to *found*.\n\n"
"Return the place behind the last; where that isn't the end, and there aren't *most*, the\n"
"next document is one that no instance can be made of here.");

static PyObject *Plan_load(Plan *self, PyObject *args) {
    PyObject *batch, *found;
    Py_ssize_t place;
    long long most;
    if (!PyArg_ParseTuple(args, "SnLO!:load", &batch, &place, &most, &PyList_Type, &found)
        || check_place(batch, place) < 0) {
        return NULL;
    }
    if (self->fields == NULL) {
        PyErr_SetString(PyExc_TypeError, "the plan has no fields");
        return NULL;
    }
    Span rest = from_place(batch, place);
    for (; most > 0 && rest.at < rest.end; most--) {
        Py_ssize_t size = document_size(&rest);
        PyObject *made = size < 0 ? NULL : whole_instance(self, rest.at, size);
        int failed = made == NULL ? -1 : PyList_Append(found, made);
        Py_XDECREF(made);
        if (failed) {
            break;
        }
        rest.at += size;
    }
    if (!is_forgotten()) {
        return NULL;
    }
    return PyLong_FromSsize_t((const char *)rest.at - PyBytes_AS_STRING(batch));
}

/* ---- Making plans ---------------------------------------------------------------- */

static const struct {
    const char *kind;
    Reader read;
} READERS[] = {
    {"str", read_text},       {"int", read_integer},      {"float", read_double},
    {"bool", read_boolean},   {"None", read_nothing},     {"bytes", read_bytes},
    {"id", read_id},          {"moment", read_moment},    {"choice", read_choice},
    {"maybe", read_maybe},    {"array", read_array},      {"entries", read_entries},
    {"class", read_instance}, {"passing", read_passing},  {"other", read_other},
};

static Reader reader_called(const char *kind) {
    for (size_t each = 0; each < sizeof(READERS) / sizeof(READERS[0]); each++) {
        if (strcmp(READERS[each].kind, kind) == 0) {
            return READERS[each].read;
        }
    }
    PyErr_Format(PyExc_ValueError, "there are no plans for %s", kind);
    return NULL;
}

/* Find the *offset* of a slot, which *slot* describes, in instances of *kind*. */
static int find_offset(PyObject *slot, PyObject *kind, Py_ssize_t *offset) {
    *offset = 0;
    if (slot == Py_None) {
        return 0;
    }
    PyMemberDef *member = NULL;
    if (Py_IS_TYPE(slot, &PyMemberDescr_Type) && PyType_Check(kind)
        && PyType_IsSubtype((PyTypeObject *)kind, PyDescr_TYPE(slot))) {
        member = ((PyMemberDescrObject *)slot)->d_member;
    }
    if (member == NULL || member->type != T_OBJECT_EX || member->flags != 0) {
        PyErr_Format(PyExc_TypeError, "%R is no slot of %R", slot, kind);
        return -1;
    }
    *offset = member->offset;
    return 0;
}

/* Refuse classes whose instances `object.__new__` doesn't make. */
static int check_new(PyObject *kind) {
    PyObject *object = (PyObject *)&PyBaseObject_Type;
    PyObject *made = PyObject_CallMethod(object, "__new__", "O", kind);
    Py_XDECREF(made);
    return made == NULL ? -1 : 0;
}

static int check_parts(const Plan *plan, PyObject *slot) {
    int needs_inner = plan->read == read_maybe || plan->read == read_array
                      || plan->read == read_entries || plan->read == read_instance;
    int needs_class = plan->read == read_instance || plan->read == read_id;
    int fits = (!needs_inner || plan->inner != NULL)
               && (!needs_class || PyType_Check(plan->argument))
               && (plan->read != read_id || slot != Py_None)
               && (plan->read != read_choice || PyDict_CheckExact(plan->argument));
    if (!fits) {
        PyErr_SetString(PyExc_TypeError, "the plan lacks a part");
        return -1;
    }
    return plan->read == read_id ? check_new(plan->argument) : 0;
}

PyDoc_STRVAR(Plan_doc,
"Plan(kind, hook, argument=None, inner=None, slot=None)\n--\n\n"
"What a value of BSON becomes: what *hook* makes of it, at least.\n\n"
"*kind* says what needs no hook, *inner* is the plan of items, *argument* what they are\n"
"turned into, *slot* describes where an id has its bytes, and documents their BSON.");

static PyObject *Plan_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    static char *names[] = {"kind", "hook", "argument", "inner", "slot", NULL};
    const char *kind;
    PyObject *hook, *argument = Py_None, *inner = Py_None, *slot = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, named, "sO|OOO:Plan", names, &kind, &hook,
                                     &argument, &inner, &slot)) {
        return NULL;
    }
    Plan *made = (Plan *)type->tp_alloc(type, 0);
    if (made == NULL) {
        return NULL;
    }
    made->read = reader_called(kind);
    made->hook = Py_NewRef(hook);
    made->argument = Py_NewRef(argument);
    made->inner = Py_IS_TYPE(inner, type) ? (Plan *)Py_NewRef(inner) : NULL;
    if (made->read == NULL || check_parts(made, slot) < 0
        || find_offset(slot, argument, &made->slot) < 0) {
        Py_CLEAR(made);
    }
    return (PyObject *)made;
}

/* Fill *field* with what *described* says of it. */
static int describe_field(Field *field, PyObject *described, Plan *plan) {
    PyObject *stored, *inner, *name, *slot, *value, *make;
    int required;
    if (!PyArg_ParseTuple(described, "UO!UOpOO", &stored, Py_TYPE(plan), &inner, &name,
                          &slot, &required, &value, &make)
        || find_offset(slot, plan->argument, &field->offset) < 0) {
        return -1;
    }
    field->key = PyUnicode_AsUTF8AndSize(stored, &field->key_size);
    if (field->key == NULL) {
        return -1;
    }
    field->stored = Py_NewRef(stored);
    field->plan = (Plan *)Py_NewRef(inner);
    field->name = Py_NewRef(name);
    field->required = required;
    field->value = Py_NewRef(value);
    field->make = Py_NewRef(make);
    return 0;
}

static void clear_field(Field *field) {
    Py_CLEAR(field->stored);
    Py_CLEAR(field->plan);
    Py_CLEAR(field->name);
    Py_CLEAR(field->value);
    Py_CLEAR(field->make);
}

static void clear_fields(Field *fields, Py_ssize_t count) {
    for (Py_ssize_t each = 0; each < count; each++) {
        clear_field(&fields[each]);
    }
    PyMem_Free(fields);
}

/* Return the names of fields, which a class is called with. */
static PyObject *names_of(const Field *fields, Py_ssize_t count) {
    PyObject *names = PyTuple_New(count);
    for (Py_ssize_t each = 0; names != NULL && each < count; each++) {
        PyTuple_SET_ITEM(names, each, Py_NewRef(fields[each].name));
    }
    return names;
}

static int check_filling(const Plan *plan, PyObject *known, int called) {
    if (plan->read != read_instance || plan->fields != NULL
        || (known != Py_None && !PyFrozenSet_CheckExact(known))) {
        PyErr_SetString(PyExc_TypeError, "the plan can't get such fields");
        return -1;
    }
    return called ? 0 : check_new(plan->argument);
}

PyDoc_STRVAR(fill_doc,
"fill(fields, called=False, known=None)\n--\n\n"
"Give the plan of a class its *fields*, once; it may be part of them.\n\n"
"Each is a tuple of its stored name, plan, name and slot, whether it is required, its\n"
"default and what makes that. A class that is *called* gets them as keywords.\n"
"If there is *known*, it refuses what neither a field nor that has.");

static PyObject *Plan_fill(Plan *self, PyObject *args, PyObject *named) {
    static char *names[] = {"fields", "called", "known", NULL};
    PyObject *described, *known = Py_None;
    int called = 0;
    if (!PyArg_ParseTupleAndKeywords(args, named, "O!|pO:fill", names, &PyTuple_Type,
                                     &described, &called, &known)
        || check_filling(self, known, called) < 0) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(described);
    Field *fields = PyMem_Calloc((size_t)count + 1, sizeof(Field)); /* never of no size */
    if (fields == NULL) {
        return PyErr_NoMemory();
    }
    int failed = 0;
    for (Py_ssize_t each = 0; !failed && each < count; each++) {
        failed = describe_field(&fields[each], PyTuple_GET_ITEM(described, each), self);
    }
    PyObject *arguments = called && !failed ? names_of(fields, count) : NULL;
    if (failed || (called && arguments == NULL)) {
        clear_fields(fields, count);
        return NULL;
    }
    self->arguments = arguments;
    self->known = known == Py_None ? NULL : Py_NewRef(known);
    self->count = count;
    self->fields = fields;
    Py_RETURN_NONE;
}

static int Plan_traverse(Plan *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->hook);
    Py_VISIT(self->argument);
    Py_VISIT(self->inner);
    Py_VISIT(self->arguments);
    Py_VISIT(self->known);
    for (Py_ssize_t each = 0; each < self->count; each++) {
        Field *field = &self->fields[each];
        Py_VISIT(field->plan);
        Py_VISIT(field->value);
        Py_VISIT(field->make);
    }
    return 0;
}

static PyObject *read_cleared(Plan *Py_UNUSED(plan), const Element *Py_UNUSED(element),
                              int Py_UNUSED(depth)) {
    return NULL;
}

static int Plan_clear(Plan *self) {
    Field *fields = self->fields;
    Py_ssize_t count = self->count;
    self->read = read_cleared; /* a destructor may yet ask a plan that has this one */
    self->fields = NULL;
    self->count = 0;
    if (fields != NULL) {
        clear_fields(fields, count);
    }
    Py_CLEAR(self->hook);
    Py_CLEAR(self->argument);
    Py_CLEAR(self->inner);
    Py_CLEAR(self->arguments);
    Py_CLEAR(self->known);
    return 0;
}

static void Plan_dealloc(Plan *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Plan_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef Plan_methods[] = {
    {"load", (PyCFunction)Plan_load, METH_VARARGS, load_doc},
    {"fill", (PyCFunction)(void *)Plan_fill, METH_VARARGS | METH_KEYWORDS, fill_doc},
    {NULL},
};

static PyType_Slot Plan_slots[] = {
    {Py_tp_doc, (void *)Plan_doc},
    {Py_tp_new, Plan_new},
    {Py_tp_methods, Plan_methods},
    {Py_tp_traverse, Plan_traverse},
    {Py_tp_clear, Plan_clear},
    {Py_tp_dealloc, Plan_dealloc},
    {0, NULL},
};

static PyType_Spec Plan_spec = {
    .name = "mapper._bson.Plan",
    .basicsize = sizeof(Plan),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = Plan_slots,
};

/* ---- The module ------------------------------------------------------------------ */

PyDoc_STRVAR(text_at_doc,
"text_at(batch, place, key)\n--\n\n"
"Return the text that the document at *place* has under *key*; None if there's no key.\n\n"
"Raises:\n"
"    ValueError: there is something else, or the document is damaged.");

static PyObject *text_at(PyObject *Py_UNUSED(module), PyObject *args) {
    PyObject *batch;
    Py_ssize_t place, size;
    const char *key;
    if (!PyArg_ParseTuple(args, "Sns#:text_at", &batch, &place, &key, &size)
        || check_place(batch, place) < 0) {
        return NULL;
    }
    Span rest = from_place(batch, place);
    Py_ssize_t length = document_size(&rest);
    Element each, last = {.type = 0};
    int more = length < 0 ? -1 : 1;
    rest = length < 0 ? rest : within(rest.at, length);
    while (more > 0 && (more = next_element(&rest, &each)) > 0) {
        last = is_called(&each, key, size) ? each : last;
    }
    if (more == 0 && last.type == 0) {
        Py_RETURN_NONE;
    }
    if (more == 0 && last.type == STRING) {
        return text_of(&last); /* a UnicodeDecodeError is a ValueError */
    }
    PyErr_Format(PyExc_ValueError, "the document at %zd has no text as %s", place, key);
    return NULL;
}

static int fill_module(PyObject *module) {
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL) {
        return -1;
    }
    PyObject *type = PyType_FromModuleAndSpec(module, &Plan_spec, NULL);
    int added = type == NULL ? -1 : PyModule_AddObjectRef(module, "Plan", type);
    Py_XDECREF(type);
    return added;
}

static PyMethodDef functions[] = {
    {"text_at", text_at, METH_VARARGS, text_at_doc},
    {NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, fill_module},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

/* No slot says that it runs without the GIL, so builds that can do without it have it. */
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "mapper._bson",
    .m_doc = "Objects of BSON, without dictionaries in between.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__bson(void) {
    return PyModuleDef_Init(&definition);
}
