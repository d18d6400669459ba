"""What bridges may override, call and import of this add-on. They use nothing else that
begins with an underscore; a test compares this with what they do use, both ways.

A key is the method with its arguments, the text what it returns. Who overrides a hook
calls ``super()`` and adds to its answer.
"""

#: model -> methods that bridges override
HOOKS = {
    "phone.caller": {
        "_caller_sections(record)": """The sections of the caller panel: a list of
            ``Section`` and ``Documents`` (``telephony/caller.py``). ``record`` is the
            caller, a record of a model of the phone directory. A section that names
            its model is there for those alone who may read that model.""",
    },
    # models whose records have numbers inherit it
    "phone.directory.mixin": {
        "_phone_directory_triggers()": """Names of the fields after whose change the
            numbers of a record are entered again.""",
        "_phone_directory_country(alias)": """SQL of the country that a record's numbers
            are read with where they name none; ``alias`` is the table's.""",
        "_phone_directory_partners()": """{record id: contact behind it}.""",
        "_phone_match_fields()": """Names of the fields to fetch for a match.""",
        "_caller_identity_values()": """What the contact section says of a record:
            tuples (key, label, type, value) as ``_caller_record`` takes them.""",
    },
}

#: the same, for add-ons outside of this suite: no bridge here needs them
FOR_OTHERS = {
    "phone.call": {
        "_agent_fields()": """Names of the fields of a call that agents write.""",
        "_anonymised_vals()": """The values of a call that is made anonymous: what says
            by whom it was is taken away.""",
    },
    "phone.directory.mixin": {
        "_phone_directory_fields()": """Names of the fields that have numbers.""",
        "_phone_match_name()": """What a match is called.""",
    },
}

#: model -> methods that bridges call
HELPERS = {
    "phone.caller": {
        "_check_caller(model, res_id)": """The record of a caller whom a client names;
            raises what is wrong with it.""",
        "_caller_partner(record)": """The contact behind a caller, empty where there is
            none or the user may not read it.""",
        "_caller_entity(record)": """The firm behind a caller, in superuser mode.""",
        "_caller_record(record, name, badge, level, values)": """A line of a section
            about a document.""",
        "_caller_alert(message, level, record)": """Something to know first.""",
        "_caller_date(moment)": """A moment as a day to say.""",
        "_caller_label(record, name)": """What a selection field says.""",
    },
    "phone.directory": {
        "_numbers_of(record)": """The E.164 numbers of a record.""",
        "_rebuild(model_names)": """Enter the numbers of all records of some models: for
            the installation of a bridge.""",
    },
    "phone.call.back": {
        "_follow(call)": """Make the call-back of a missed call, as the job does.""",
    },
}

#: modules that bridges import
MODULES = {
    "telephony.caller": "Section, Documents, SECTION_LIMIT, quantity_text",
    "telephony.lookup": "NUMBER_MAX_LENGTH",
}
