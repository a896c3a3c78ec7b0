"""A package with the name of a folder that a running split has."""

PAGE = (
    "<ul>{% for loan in loans %}<li>{{ loan.member.name }}: {{ loan.title }}</li>{% endfor %}</ul>"
)
