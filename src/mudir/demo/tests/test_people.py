from mudir.demo.people import companies, people


def test_the_same_seed_gives_the_same_people():
    assert list(people(50, seed=3)) == list(people(50, seed=3))
    assert list(people(50, seed=3)) != list(people(50, seed=4))


def test_nobody_shares_a_phone_or_an_e_mail():
    made = list(people(5000))

    assert len({one.phone for one in made}) == 5000
    assert len({one.email for one in made}) == 5000


def test_every_name_is_given_in_both_scripts():
    for one in [*people(500), *companies(500)]:
        assert one.name.isascii() != one.name_other.isascii()


def test_companies_have_a_number_of_their_own():
    made = list(companies(5000))

    assert len({one.registration_number for one in made}) == 5000
    assert {len(one.registration_number) for one in made} == {10}
