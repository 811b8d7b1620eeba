"""A filing as the single window's message `DecMessage`, and back.

    read = reading.read(xmltext.parse(raw), dictionary=dictionary.at(day), zone=zone)
    writing.write(content, dictionary=dictionary.at(day), zone=zone)

Which node carries which field is the dictionary's data; how, where it is not simply its text, is
`dictionary/message_forms.json`, read by `layout`; the functions that it names are in `forms`.
"""
