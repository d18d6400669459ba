"""What happens to calls, one subject a module; ``phone.call`` calls these.

Of an event: :mod:`.events` takes it in, by :mod:`.facts` (what one event tells),
:mod:`.parts` (who has a part), :mod:`.strands` (several ids of one call),
:mod:`.customer` (whose call it is) and :mod:`.routing` (where it goes).
For agents: :mod:`.panel` (cards), :mod:`.board`, :mod:`.dialling`, :mod:`.wrap_up` and
:mod:`.wrap_up_form`, :mod:`.chatter`, :mod:`.guard` (what they may change).
Of callers: :mod:`.lookup` (who has a number), :mod:`.caller` (sections of the panel).
By jobs: :mod:`.sweeping` (the end that never came), :mod:`.call_backs` and
:mod:`.privacy`.

:mod:`.audience`, :mod:`.joining` and :mod:`.click_to_call` are plain Python that knows
nothing of Odoo.
"""
