"""SQLModel: only classes with `table=True` are entities."""
from sqlmodel import Field, Relationship, Session, SQLModel, select


class HeroBase(SQLModel):
    name: str


class Team(SQLModel, table=True):
    id: int = Field(primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team")


class Hero(HeroBase, table=True):
    id: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    team: Team = Relationship(back_populates="heroes")


def strongest(session: Session):
    hero = session.exec(select(Hero)).first()
    return hero.team
